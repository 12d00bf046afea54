// A new version of the page: offered when it is there, but not while something runs that a reload would end.

import { computed, signal } from "@preact/signals";
import { waiting } from "./registration.ts";

const holds = signal(0);
const declined = signal<ServiceWorker | null>(null);

export const isUpdateOffered = computed(
  () => waiting.value !== null && waiting.value !== declined.value && holds.value === 0,
);

/**
 * While training, for instance.
 *
 * @returns what ends it
 * @example const release = holdUpdates(); try { await train(); } finally { release(); }
 */
export function holdUpdates(): () => void {
  let isHeld = true;
  holds.value++;
  return () => {
    if (isHeld) holds.value--;
    isHeld = false;
  };
}

/** Not now: at the next visit. */
export function declineUpdate(): void {
  declined.value = waiting.value;
}

/** Has the new version take over, and loads it; at once where it took over for another tab already. */
export function takeUpdate(): void {
  if (waiting.value?.state !== "installed") {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.value.postMessage("take over");
}
