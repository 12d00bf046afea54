// Memory that runs out at one allocation of many.

import { allocate, release, watchMemory } from "../../lib/runtime/memory.ts";

/** More than memory ever has. */
const TOO_MUCH = 2 ** 32;

/** How many blocks `body` asks for. */
export function countAllocations(body: () => void): number {
  let count = 0;
  watchMemory((isLent) => {
    if (isLent) count++;
  });
  try {
    body();
  } finally {
    watchMemory(null);
  }
  return count;
}

/**
 * Runs `body`, whose n-th allocation from 1 fails as where memory has run out.
 *
 * @returns what it threw; null where it threw nothing
 */
export function failAllocation(n: number, body: () => void): unknown {
  failNth(n);
  try {
    body();
    return null;
  } catch (error) {
    return error;
  } finally {
    watchMemory(null);
  }
}

/** The same where `body` is async. */
export async function failAllocationOf(n: number, body: () => Promise<unknown>): Promise<unknown> {
  failNth(n);
  try {
    await body();
    return null;
  } catch (error) {
    return error;
  } finally {
    watchMemory(null);
  }
}

function failNth(n: number): void {
  let count = 0;
  watchMemory((isLent, ptr, bytes) => {
    if (!isLent || ++count !== n) return;
    release(ptr, bytes); // as if it had never been lent
    allocate(TOO_MUCH);
  });
}
