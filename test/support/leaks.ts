// leaks: how much of the arena a function keeps.

import { memoryUsage } from "../../lib/runtime/memory.ts";

/** Bytes in use after `body` minus before. A first, uncounted run lets it make what it keeps for good. */
export function leaks(body: () => void): number {
  body();
  const before = memoryUsage().inUseBytes;
  body();
  return memoryUsage().inUseBytes - before;
}
