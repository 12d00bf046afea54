// What is kept on the device, under names. What could not be, as in some private windows, or where there is no room left, the
// page holds for as long as it is there, and says so where it matters (look/not_kept.ts).

import { get, set } from "idb-keyval";

const unkept = new Map<string, unknown>();

/** @returns whether it outlasts the page */
export async function keepValue(name: string, value: unknown): Promise<boolean> {
  try {
    await set(name, value);
    unkept.delete(name);
    return true;
  } catch {
    unkept.set(name, value);
    return false;
  }
}

/** What was kept last, by this tab or another; undefined where nothing was. */
export async function keptValue(name: string): Promise<unknown> {
  return unkept.has(name) ? unkept.get(name) : get(name).catch(() => undefined);
}
