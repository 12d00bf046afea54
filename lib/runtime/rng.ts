// Randomness: every random number is a function of (seed, stream, step, index), so none depends on the
// order in which things are computed. The generator is kernels/random.ts.

import { check, integer, type Rule, string } from "../base/check.ts";

/** Who draws. Streams of one seed are independent; parameters and layers get theirs from their names. */
export const STREAMS = { random: 0, shuffle: 1, split: 2, augment: 3, synthetic: 4, degrade: 5 } as const;

export interface RandomKey {
  /** An integer from 0 to 2⁵³ − 1. Default: each call has its own, the same in every run of a program. */
  seed?: number;
  /** An integer from 0 to 2³² − 1; see STREAMS and `streamOf`. Default 0. */
  stream?: number;
  /** An integer from 0 to 2⁵³ − 1: the epoch, the training step … Default 0. */
  step?: number;
}

/** @internal What the parts of a key must be. */
export const KEY_RULES: Readonly<Record<keyof RandomKey, Rule>> = {
  seed: /* @__PURE__ */ integer(0, Number.MAX_SAFE_INTEGER),
  stream: /* @__PURE__ */ integer(0, 2 ** 32 - 1),
  step: /* @__PURE__ */ integer(0, Number.MAX_SAFE_INTEGER),
};

let unseeded = 0;

/** @internal What a call without a seed draws from: from the top, where nobody's own seeds are. */
export function nextSeed(): number {
  return Number.MAX_SAFE_INTEGER - unseeded++;
}

/**
 * The stream of a name, e.g. of "conv1.weight": its 32-bit FNV-1a hash. So a layer that is added draws
 * other numbers than those that were there, and changes none of theirs.
 */
export function streamOf(name: string): number {
  check("streamOf", "name", name, string);
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * @internal The key as kernels take it: first block, stream, step low and high, seed low and high.
 *
 * @throws {OptionError} a part that is not an integer in its range
 */
export function keyArguments(op: string, { seed = nextSeed(), stream = 0, step = 0 }: RandomKey): number[] {
  for (const [name, value] of Object.entries({ seed, stream, step })) {
    check(op, name, value, KEY_RULES[name as keyof RandomKey]);
  }
  return [0, stream, step % 2 ** 32, Math.floor(step / 2 ** 32), seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
}
