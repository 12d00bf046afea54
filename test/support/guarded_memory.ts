// New memory filled with NaN, and guarded: what is never written shows, and so does what is written behind a block.

import { arena, watchMemory } from "../../lib/runtime/memory.ts";

/** All bits set: NaN in f32. */
const FILL = 0xff;

/**
 * From now on every block of the arena is filled with NaN as it is lent, and guarded: behind what was asked for each
 * has slack, which kernels may read but never write.
 *
 * @returns what ends it: throws if a block came back whose slack had been written to
 */
export function guardMemory(): () => void {
  const lent = new Map<number, number>();
  let broken = "";
  watchMemory((isLent, ptr, bytes, size) => {
    const { u8 } = arena();
    if (isLent) {
      lent.set(ptr, bytes);
      u8.fill(FILL, ptr, ptr + size);
      return;
    }
    if (!lent.delete(ptr)) return; // lent before
    const at = u8.subarray(ptr + bytes, ptr + size).findIndex((byte) => byte !== FILL);
    if (at >= 0) broken ||= `byte ${at} behind a block of ${bytes} was written to`;
  });
  return () => {
    watchMemory(null);
    if (broken) throw new Error(broken);
  };
}

/** Calls `run` with the memory guarded. @throws something was written behind a block */
export function withGuardedMemory<T>(run: () => T): T {
  const end = guardMemory();
  try {
    const result = run();
    end();
    return result;
  } finally {
    watchMemory(null);
  }
}
