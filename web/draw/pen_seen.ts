// Whether a pen was seen on this device: from then on there is something to choose of pens, also at the next visit.

import { signal } from "@preact/signals";

const KEY = "pen-seen";

export const hasSeenPen = signal(recall());

export function sawPen(): void {
  if (hasSeenPen.value) return;
  hasSeenPen.value = true;
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // A page that may store nothing forgets it.
  }
}

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
