// Whether the page is cross-origin isolated, as browsers want it before they let threads share memory: by the host's headers,
// or by those that the service worker adds, which takes one reload.

import { computed } from "@preact/signals";
import { keeping } from "./keeping.ts";
import { register } from "./registration.ts";

export type Isolation =
  | { readonly kind: "isolated" }
  /** `reloadIsolated()` brings it. */
  | { readonly kind: "by reload" }
  /** @property why as part of a sentence: "the page is within another one" */
  | { readonly kind: "not"; readonly why: string };

/** In the tab's memory while a reload is under way: where it brought nothing, another would not either. */
const TRIED = "reloaded for isolation";

const hasTried = recall();

/** For whoever wants threads: to be shown before training, never while somebody draws. */
export const isolation = computed<Isolation>(() => {
  if (globalThis.crossOriginIsolated) {
    // WebKit isolates where it shares nothing.
    if (typeof SharedArrayBuffer === "undefined") return { kind: "not", why: "this browser shares no memory" };
    return { kind: "isolated" };
  }
  if (window.top !== window) return { kind: "not", why: "the page is within another one" };
  if (keeping.value.kind === "not") return keeping.value;
  if (hasTried) return { kind: "not", why: "a reload did not isolate the page" };
  return { kind: "by reload" };
});

/**
 * Loads the page anew through the service worker, once that is ready. The drawing is kept, and what is in the address.
 *
 * @throws {Error} there is no service worker: `isolation` then says why
 */
export async function reloadIsolated(): Promise<void> {
  await register();
  try {
    sessionStorage.setItem(TRIED, "yes");
  } catch {
    // A page that may store nothing might reload twice.
  }
  location.reload();
}

function recall(): boolean {
  try {
    const tried = sessionStorage.getItem(TRIED) !== null;
    sessionStorage.removeItem(TRIED);
    return tried;
  } catch {
    return false;
  }
}
