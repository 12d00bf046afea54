// y = x with its axes in another order: a copy, row-major again.
//
// y  rows of `inner` elements; within a row x advances by xStep elements, and `outer` tells where each
// row begins in x, as in shared/broadcast.ts (the second operand's strides are not used).
// Where x lies along y's rows instead (rowStep 1: a matrix's transpose), four rows are made at once, in 4×4
// blocks; rowDim, rowStep: size of y's last axis but one, and x's stride along it; 1, 0 if there is none.
// Range: elements [from, to) of y. Serves f32 and i32: bits are copied. Tested in test/ops/transpose.test.ts.

import { rowStart } from "./shared/broadcast";
import { load4, loadF32, storeF32, storeUpTo } from "./shared/simd";
import { transpose4x4 } from "./shared/transpose4x4";

export function transpose_f32(
  y: usize,
  x: usize,
  outer: usize,
  outerRank: usize,
  inner: usize,
  xStep: usize,
  rowDim: usize,
  rowStep: usize,
  from: usize,
  to: usize,
): void {
  let at = from;
  while (at < to) {
    const row = at / inner;
    const yRow = row * inner;
    const xRow = rowStart(outer, outerRank, row, 1);
    const stop = min(yRow + inner, to);
    if (rowStep === 1 && at === yRow && at + 4 * inner <= to && (row % rowDim) + 4 <= rowDim) {
      fourRows(y, yRow, x, xRow, inner, xStep);
      at += 4 * inner;
    } else if (xStep === 1) {
      for (; at < stop; at += 4) storeUpTo(y, at, stop, load4(x, xRow + at - yRow));
      at = stop;
    } else {
      for (; at < stop; at++) storeF32(y, at, loadF32(x, xRow + (at - yRow) * xStep));
    }
  }
}

/** y's rows r = 0 … 3: y[yRow + r·inner + i] = x[xRow + i·xStep + r]. */
function fourRows(y: usize, yRow: usize, x: usize, xRow: usize, inner: usize, xStep: usize): void {
  let i: usize = 0;
  for (; i + 4 <= inner; i += 4) transpose4x4(y, yRow + i, inner, x, xRow + i * xStep, xStep);
  for (; i < inner; i++) {
    for (let r: usize = 0; r < 4; r++) storeF32(y, yRow + r * inner + i, loadF32(x, xRow + i * xStep + r));
  }
}
