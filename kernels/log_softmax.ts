// Along each row:  y = (x − max) − ln Σ e^{x − max};  dx = dy − e^y·Σ dy.
//
// y, x, dy, dx  [rows, size]. A row of −∞ only, or with NaN or ∞, gives NaN. Range: rows [from, to).
// Numerics: as kernels/softmax.ts; never the logarithm of a small softmax, so −1e4 comes out as −1e4.
// Tested in test/ops/log_softmax.test.ts.

import { exp4, log4 } from "./shared/math";
import { addLanes, laneMask, load4, storeUpTo, zero4 } from "./shared/simd";
import { rowMax, rowSumExp } from "./softmax/rows";

export function log_softmax_f32(y: usize, x: usize, size: usize, from: usize, to: usize): void {
  for (let row = from; row < to; row++) {
    const start = row * size;
    const end = start + size;
    const shift = f32x4.splat(rowMax(x, start, size));
    const logTotal = log4(f32x4.splat(rowSumExp(x, start, size, shift)));
    for (let i = start; i < end; i += 4) {
      storeUpTo(y, i, end, f32x4.sub(f32x4.sub(load4(x, i), shift), logTotal));
    }
  }
}

export function log_softmax_backward_f32(dx: usize, dy: usize, y: usize, size: usize, from: usize, to: usize): void {
  for (let row = from; row < to; row++) {
    const start = row * size;
    const end = start + size;
    let lanes = zero4();
    for (let i = start; i < end; i += 4) {
      lanes = f32x4.add(lanes, v128.and(load4(dy, i), laneMask(min<usize>(4, end - i))));
    }
    const total = f32x4.splat(addLanes(lanes));
    for (let i = start; i < end; i += 4) {
      storeUpTo(dx, i, end, f32x4.sub(load4(dy, i), f32x4.mul(exp4(load4(y, i)), total)));
    }
  }
}
