// Shell: what stands around every section.

import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { Button } from "../look/button.tsx";
import { Icon, type IconName } from "../look/icon.tsx";
import { Later, type Load } from "../look/later.tsx";
import { Trouble } from "../look/trouble.tsx";
import { keeping } from "../offline/keeping.ts";
import { askedServer, unasked } from "../read/where.ts";
import { linkTo, SECTION_NAMES, section } from "./place.ts";
import { SECTIONS } from "./sections.ts";
import { isSettingsOpen } from "./settings_open.ts";
import { nextTheme, type Theme, theme } from "./theme.ts";

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { auto: "contrast", light: "sun", dark: "moon" };
const THEME_NAMES: Readonly<Record<Theme, string>> = { auto: "system setting", light: "light", dark: "dark" };

const badge: Load = async () => (await import("../remote/badge.tsx")).HeaderBadge;
const settings: Load = async () => (await import("../settings/settings.tsx")).Settings;

/** Of the app, and of its first section. */
const TITLE = "Draw a digit";

export function Shell() {
  return (
    <div class="mx-auto flex min-h-svh max-w-[min(80rem,100svh+22rem)] flex-col px-4 sm:px-6">
      <header class="header">
        <div class="title">
          <h1 class="text-lg font-semibold tracking-tight max-sm:sr-only">{TITLE}</h1>
          <div class="flex flex-wrap items-center gap-1 text-sm text-soft">
            {askedServer.value ? (
              <Later load={badge} />
            ) : (
              <>
                <Icon name="lock" />
                Nothing leaves your device
              </>
            )}
          </div>
        </div>
        <Tabs />
        <div class="flex gap-2">
          <Button
            icon="settings"
            label="Settings"
            onClick={() => {
              isSettingsOpen.value = true;
            }}
          />
          <Button icon={THEME_ICONS[theme.value]} label={`Theme: ${THEME_NAMES[theme.value]}`} onClick={nextTheme} />
        </div>
      </header>
      {unasked.value !== null && (
        <Trouble
          text={unasked.value}
          action="OK"
          onAction={() => {
            unasked.value = null;
          }}
        />
      )}
      <main class="grid flex-1">
        <Outlet />
      </main>
      {isSettingsOpen.value && <Later load={settings} />}
      <footer class="py-3 text-sm text-soft">
        <p class="max-w-[70ch]">
          {askedServer.value
            ? "The server that you chose answers; See inside and Train compute in this page"
            : "Both networks compute in this page"}
          , with the WebAssembly kernels of simdgrad.{" "}
          <a class="link" href="THIRD_PARTY_LICENSES.txt">
            Licences
          </a>
        </p>
        <p>{connection()}</p>
      </footer>
    </div>
  );
}

/** What is known of that by now; most visitors have read on before. */
function connection(): string {
  const { value } = keeping;
  if (value.kind === "kept") return "This page also works offline.";
  return value.kind === "not" ? `This page needs a connection every time: ${value.why}.` : "\u00a0";
}

/** Links, so that they can be opened, copied and gone back from. */
function Tabs() {
  return (
    <nav aria-label="Sections" class="tabs">
      {SECTION_NAMES.map((name) => (
        <a key={name} class="tab" href={linkTo(name)} aria-current={section.value === name ? "page" : undefined}>
          {SECTIONS[name].title}
        </a>
      ))}
    </nav>
  );
}

/** The open section, once its chunk is there. */
function Outlet() {
  const content = useSignal<{ readonly Content: ComponentType } | { readonly problem: string } | null>(null);
  useSignalEffect(() => {
    const name = section.value;
    const { title, load } = SECTIONS[name];
    document.title = `${name === SECTION_NAMES[0] ? TITLE : title} – simdgrad`;
    load()
      .then(
        (Content) => ({ Content }),
        () => ({ problem: `“${title}” could not be loaded. Are you online?` }),
      )
      .then((loaded) => {
        if (section.value === name) content.value = loaded;
      });
  });
  if (!content.value) return null;
  if ("problem" in content.value) {
    // As high as its text: what a section is laid out in is as high as the window.
    return (
      <div class="self-start">
        <Trouble text={content.value.problem} action="Load again" onAction={() => location.reload()} />
      </div>
    );
  }
  const { Content } = content.value;
  return <Content />;
}
