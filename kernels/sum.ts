// y[o,i] = Σ_r x[o,r,i]: a sum over one axis, or over neighbouring axes taken as one.
//
// x  [outer, reduce, inner];  y  [outer, inner]. reduce = 0 gives 0.
// Range: elements [from, to) of y.
// Numerics: inner > 1: one accumulator an element, r ascending. inner = 1: four interleaved partial
// sums, r ascending in each, added as (s0 + s1) + (s2 + s3). Either way the cut of the range changes
// no bit. Error ≤ γ(reduce)·Σ|x|. Tested in test/ops/sum.test.ts.

import { load4, loadF32, store4, storeF32, storeTail, zero4 } from "./shared/simd";

export function sum_f32(y: usize, x: usize, reduce: usize, inner: usize, from: usize, to: usize): void {
  if (inner === 1) {
    for (let o = from; o < to; o++) storeF32(y, o, sumRow(x, o * reduce, reduce));
    return;
  }
  let at = from;
  while (at < to) {
    const o = at / inner;
    const i = at - o * inner;
    const count = min<usize>(4, min(inner - i, to - at));
    let sum = zero4();
    for (let r: usize = 0; r < reduce; r++) sum = f32x4.add(sum, load4(x, (o * reduce + r) * inner + i));
    if (count === 4) store4(y, at, sum);
    else storeTail(y, at, count, sum);
    at += count;
  }
}

function sumRow(x: usize, start: usize, count: usize): f32 {
  let lanes = zero4();
  let r: usize = 0;
  for (; r + 4 <= count; r += 4) lanes = f32x4.add(lanes, load4(x, start + r));
  let s0 = f32x4.extract_lane(lanes, 0);
  let s1 = f32x4.extract_lane(lanes, 1);
  let s2 = f32x4.extract_lane(lanes, 2);
  if (r < count) s0 += loadF32(x, start + r);
  if (r + 1 < count) s1 += loadF32(x, start + r + 1);
  if (r + 2 < count) s2 += loadF32(x, start + r + 2);
  return s0 + s1 + (s2 + f32x4.extract_lane(lanes, 3));
}
