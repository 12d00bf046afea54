// minimise: the smallest input that can be found in short time and still shows the same thing.

import { judge } from "./judge.ts";
import type { FuzzTarget } from "./target.ts";

const LONGEST_MS = 5000;

/**
 * Takes out ever smaller pieces, and zeroes the bytes that are left, as long as the outcome stays: delta debugging, with
 * checksums repaired after each cut where that keeps the outcome too.
 *
 * Source: A. Zeller, R. Hildebrandt, Simplifying and isolating failure-inducing input, 2002.
 */
export async function minimise(target: FuzzTarget, input: Uint8Array, outcome: string): Promise<Uint8Array> {
  const until = performance.now() + LONGEST_MS;
  const isSame = async (bytes: Uint8Array): Promise<boolean> => (await judge(target, bytes)).outcome === outcome;
  let best = input;
  const keeps = async (bytes: Uint8Array): Promise<boolean> => {
    for (const each of [bytes, target.repair?.(bytes)]) {
      if (each && each.length <= best.length && (await isSame(each))) {
        best = each;
        return true;
      }
    }
    return false;
  };
  for (let size = best.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.length; ) {
      if (performance.now() > until) return best;
      if (!(await keeps(without(best, at, size)))) at += size;
    }
  }
  for (let at = 0; at < best.length && performance.now() < until; at++) {
    if (best[at] === 0 || best[at] === 0x20) continue;
    const zeroed = best.slice();
    zeroed[at] = 0;
    await keeps(zeroed);
  }
  return best;
}

function without(bytes: Uint8Array, at: number, size: number): Uint8Array {
  const result = new Uint8Array(Math.max(0, bytes.length - Math.min(size, bytes.length - at)));
  result.set(bytes.subarray(0, at));
  result.set(bytes.subarray(at + size), at);
  return result;
}
