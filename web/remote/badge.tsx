// Badge: that a server answers, and whether it is there, in words and by a sign of its own.

import { Icon, type IconName } from "../look/icon.tsx";
import { askedServer } from "../read/where.ts";
import { retry, usePage } from "./remote.ts";

/** A flag, which is not broken after its dashes. */
const FLAG = /(\(?--[a-z]+\)?\.?)/;

export function Badge() {
  const { value } = askedServer;
  if (!value) return null;
  const { url, state } = value;
  const [icon, text]: [IconName, string] =
    state.kind === "healthy"
      ? ["check", `Drawings are sent to ${hostOf(url)}`]
      : state.kind === "connecting"
        ? ["server", `Connecting to ${hostOf(url)} …`]
        : ["warning", `${hostOf(url)} ${state.kind === "down" ? "is down" : "cannot be asked"}. ${state.why}`];
  return (
    <span class="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <span role="status" class="inline-flex items-center gap-1">
        <Icon name={icon} />
        <span>
          {text.split(FLAG).map((part, i) => (i % 2 === 0 ? part : <span class="whitespace-nowrap">{part}</span>))}
        </span>
      </span>
      {state.kind === "down" && (
        <>
          {/* It counts: outside of what is read out. */}
          <span class="tabular-nums" aria-hidden="true">
            Next try in {state.secondsLeft} s
          </span>
          <button type="button" class="button" onClick={retry}>
            Try now
          </button>
        </>
      )}
    </span>
  );
}

/** Where one does not choose between the page and a server: with the way back. */
export function HeaderBadge() {
  return (
    <>
      <Badge />
      {askedServer.value?.state.kind === "forbidden" && (
        <button type="button" class="button" onClick={usePage}>
          Answer in this page
        </button>
      )}
    </>
  );
}

function hostOf(url: string): string {
  return new URL(url).host;
}
