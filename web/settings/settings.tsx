// Settings: where answers are computed, what pens and fingers do, and whether this browser computes right.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { change, settings } from "../app/place.ts";
import { isSettingsOpen } from "../app/settings_open.ts";
import { Button } from "../look/button.tsx";
import { Switch } from "../look/switch.tsx";
import { askedServer, chosenUrl } from "../read/where.ts";
import { Badge } from "../remote/badge.tsx";
import { usePage, useServer } from "../remote/remote.ts";
import { SelfTest } from "./self_test.tsx";
import "./settings.css";

export function Settings() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="settings"
      aria-labelledby="settings"
      onClose={() => {
        isSettingsOpen.value = false;
      }}
    >
      <div class="settings-head">
        <h2 id="settings">Settings</h2>
        <Button icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </div>
      <Where />
      <section class="settings-part" aria-labelledby="pens">
        <h3 id="pens">Pens and fingers</h3>
        <Switch
          label="Pen pressure makes the line thicker"
          isOn={settings.value.pressure}
          onChange={(pressure) => change({ pressure })}
        />
        <Switch
          label="Fingers still draw once a pen has been used"
          isOn={settings.value.fingers}
          onChange={(fingers) => change({ fingers })}
        />
      </section>
      <SelfTest />
    </dialog>
  );
}

function Where() {
  const isServer = useSignal(askedServer.value !== null);
  const address = useSignal(chosenUrl() || location.origin);
  const problem = useSignal<string | null>(null);
  const connect = (event: Event): void => {
    event.preventDefault();
    problem.value = null;
    try {
      useServer(address.value);
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <form class="settings-part" aria-labelledby="where" onSubmit={connect}>
      <h3 id="where">Where answers come from</h3>
      <label class="settings-choice">
        <input
          type="radio"
          name="where"
          class="radio"
          checked={!isServer.value}
          onChange={() => {
            isServer.value = false;
            problem.value = null;
            usePage();
          }}
        />
        In this page: nothing leaves your device
      </label>
      <label class="settings-choice">
        <input
          type="radio"
          name="where"
          class="radio"
          checked={isServer.value}
          onChange={() => {
            isServer.value = true;
          }}
        />
        On a server: it is sent the 28 × 28 pixels
      </label>
      {isServer.value && (
        <>
          <div class="settings-address">
            <label>
              Server address
              <input
                type="text"
                inputMode="url"
                autocomplete="off"
                value={address.value}
                aria-describedby="where-note"
                onInput={({ currentTarget }) => {
                  address.value = currentTarget.value;
                }}
              />
            </label>
            <button type="submit" class="button">
              Connect
            </button>
          </div>
          <p id="where-note" class="settings-note">
            Any server that <code>npx mnist serve</code> started. If it is on another host, it must allow this page's
            host with <code>--cors</code>, and this page's host must allow the server (connect-src).
          </p>
          {problem.value !== null && <p role="alert">{problem.value}</p>}
          <Badge />
        </>
      )}
    </form>
  );
}
