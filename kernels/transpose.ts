// y = x with its axes in another order: a copy, row-major again.
//
// y  rows of `inner` elements; within a row x advances by xStep elements, and `outer` tells where each
// row begins in x, as in shared/broadcast.ts (the second operand's strides are not used).
// Range: elements [from, to) of y. Serves f32 and i32: bits are copied. Tested in test/ops/transpose.test.ts.

import { rowStart } from "./shared/broadcast";
import { load4, loadF32, storeF32, storeUpTo } from "./shared/simd";

export function transpose_f32(
  y: usize,
  x: usize,
  outer: usize,
  outerRank: usize,
  inner: usize,
  xStep: usize,
  from: usize,
  to: usize,
): void {
  let at = from;
  while (at < to) {
    const row = at / inner;
    const yRow = row * inner;
    const xRow = rowStart(outer, outerRank, row, 1);
    const stop = min(yRow + inner, to);
    if (xStep === 1) {
      for (; at < stop; at += 4) storeUpTo(y, at, stop, load4(x, xRow + at - yRow));
      at = stop;
    } else {
      for (; at < stop; at++) storeF32(y, at, loadF32(x, xRow + (at - yRow) * xStep));
    }
  }
}
