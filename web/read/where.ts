// Where answers are computed: in this page, or by a server that somebody named. Kept on the device, and in no link: nobody should
// send drawings anywhere because he followed one.

import { signal } from "@preact/signals";

export type ServerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "healthy" }
  /** @property secondsLeft until it is asked again */
  | { readonly kind: "down"; readonly why: string; readonly secondsLeft: number }
  /** The page's host does not let it be asked, which no waiting changes. */
  | { readonly kind: "forbidden"; readonly why: string };

export interface AskedServer {
  readonly url: string;
  readonly state: ServerState;
}

/** Null: in this page. */
export const askedServer = signal<AskedServer | null>(null);

/** Why the server that was chosen earlier is not asked, and this page answers instead; null where that is not so. */
export const unasked = signal<string | null>(null);

const KEY = "api-url";

/** The one to ask from the start: what was chosen here, or else what this page was built for. "" is none. */
export function chosenUrl(): string {
  try {
    return localStorage.getItem(KEY) ?? builtFor();
  } catch {
    return builtFor();
  }
}

export function keepUrl(url: string): void {
  try {
    localStorage.setItem(KEY, url);
  } catch {
    // A page that may store nothing forgets it.
  }
}

function builtFor(): string {
  return import.meta.env.VITE_API_URL ?? "";
}
