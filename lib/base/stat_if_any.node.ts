// statIfAny: what a path leads to, if it can be told.

import { type Stats, statSync } from "node:fs";

/** @returns undefined where it leads nowhere, or where nobody may look: a link that leads to itself, for one */
export function statIfAny(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
