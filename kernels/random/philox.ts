// Philox4x32-10, four counters at once: lane l of a word belongs to counter first + l.
//
//   key     (seed low, seed high)
//   counter (block, stream, step low, step high)
//
// A block is four u32 words. Elements are laid out so that nothing needs transposing:
// element 16·g + 4·w + l is word w of block first + 4·g + l.
//
// Not inlined: ten rounds outweigh a call, and four kernels need them.
//
// Source: Salmon, Moraes, Dror & Shaw 2011, Parallel random numbers: as easy as 1, 2, 3.

import { splat, store4 } from "../shared/simd";

const MULTIPLIERS = memory.data<u32>([0xd2511f53, 0xcd9e8d57]);
const KEY_STEPS = memory.data<u32>([0x9e3779b9, 0xbb67ae85]);
const LANES = memory.data<u32>([0, 1, 2, 3]);
const ROUNDS: usize = 10;

// What philox() leaves behind. Globals belong to an instance, and so to one thread.
export let word0: v128 = i32x4.splat(0);
export let word1: v128 = i32x4.splat(0);
export let word2: v128 = i32x4.splat(0);
export let word3: v128 = i32x4.splat(0);

/** The words of blocks first … first + 3, into word0 … word3. */
export function philox(
  first: usize,
  stream: usize,
  stepLow: usize,
  stepHigh: usize,
  seedLow: usize,
  seedHigh: usize,
): void {
  const m0 = splat(MULTIPLIERS, 0);
  const m1 = splat(MULTIPLIERS, 1);
  let c0 = i32x4.add(i32x4.splat(<i32>first), v128.load(LANES));
  let c1 = i32x4.splat(<i32>stream);
  let c2 = i32x4.splat(<i32>stepLow);
  let c3 = i32x4.splat(<i32>stepHigh);
  let k0 = <u32>seedLow;
  let k1 = <u32>seedHigh;
  for (let round: usize = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(c0, m0);
    const high1 = mulHigh(c2, m1);
    const low0 = i32x4.mul(c0, m0);
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(<i32>k0));
    c1 = i32x4.mul(c2, m1);
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(<i32>k1));
    c3 = low0;
    k0 += load<u32>(KEY_STEPS);
    k1 += load<u32>(KEY_STEPS, 4);
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** High 32 bits of a·m, a lane: the odd halves of the four 64-bit products. */
// @inline
export function mulHigh(a: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, m), i64x2.extmul_high_i32x4_u(a, m), 1, 3, 5, 7);
}

/** Stores those of y[i .. i+16) whose index lies in [from, to). */
export function store16Within(
  y: usize,
  i: usize,
  from: usize,
  to: usize,
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
): void {
  if (i >= from && i + 16 <= to) {
    store4(y, i, v0);
    store4(y, i + 4, v1);
    store4(y, i + 8, v2);
    store4(y, i + 12, v3);
    return;
  }
  store4Within(y, i, from, to, v0);
  store4Within(y, i + 4, from, to, v1);
  store4Within(y, i + 8, from, to, v2);
  store4Within(y, i + 12, from, to, v3);
}

function store4Within(y: usize, i: usize, from: usize, to: usize, value: v128): void {
  const p = y + (i << 2);
  if (i >= from && i < to) v128.store_lane<f32>(p, value, 0);
  if (i + 1 >= from && i + 1 < to) v128.store_lane<f32>(p, value, 1, 4);
  if (i + 2 >= from && i + 2 < to) v128.store_lane<f32>(p, value, 2, 8);
  if (i + 3 >= from && i + 3 < to) v128.store_lane<f32>(p, value, 3, 12);
}
