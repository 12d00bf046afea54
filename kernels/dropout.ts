// y[i] = x[i]·scale where word i ≥ threshold, else 0: the same function forward and, on dy, backward.
//
// y, x  [size], any shape. Word i is the random_u32 of (seed, stream, step, i), drawn again rather than
// saved: a mask would cost as much memory as x. P(word < threshold) = threshold / 2³².
// Range: elements [from, to). Numerics: one rounding. Tested in test/ops/dropout.test.ts.

import { philox, store16Within, word0, word1, word2, word3 } from "./random/philox";
import { load4 } from "./shared/simd";

export function dropout_f32(
  y: usize,
  x: usize,
  threshold: usize,
  scale: f32,
  first: usize,
  stream: usize,
  stepLow: usize,
  stepHigh: usize,
  seedLow: usize,
  seedHigh: usize,
  from: usize,
  to: usize,
): void {
  const limit = i32x4.splat(<i32>threshold);
  const factor = f32x4.splat(scale);
  for (let i = from & ~15; i < to; i += 16) {
    philox(first + (i >> 2), stream, stepLow, stepHigh, seedLow, seedHigh);
    const v0 = keepWhere(word0, limit, x, i, factor);
    const v1 = keepWhere(word1, limit, x, i + 4, factor);
    const v2 = keepWhere(word2, limit, x, i + 8, factor);
    const v3 = keepWhere(word3, limit, x, i + 12, factor);
    store16Within(y, i, from, to, v0, v1, v2, v3);
  }
}

// @inline
function keepWhere(word: v128, limit: v128, x: usize, i: usize, factor: v128): v128 {
  return v128.and(f32x4.mul(load4(x, i), factor), i32x4.ge_u(word, limit));
}
