// Along each row:  y = e^{x − max} / Σ e^{x − max};  dx = y·(dy − Σ dy·y).
//
// y, x, dy, dx  [rows, size]. A row of −∞ only, or with NaN or ∞, gives NaN. Range: rows [from, to).
// Numerics: subtracting the row's largest value keeps every exponent ≤ 0: no overflow, and at least one
// term is 1. Sums in four interleaved lanes, so error ≤ γ(size/4 + 3) of the sum.
// Tested in test/ops/softmax.test.ts.

import { exp4 } from "./shared/math";
import { addLanes, laneMask, load4, madd, storeUpTo, zero4 } from "./shared/simd";
import { rowMax } from "./softmax/rows";

export function softmax_f32(y: usize, x: usize, size: usize, from: usize, to: usize): void {
  for (let row = from; row < to; row++) {
    const start = row * size;
    const end = start + size;
    const shift = f32x4.splat(rowMax(x, start, size));
    let lanes = zero4();
    for (let i = start; i < end; i += 4) {
      const e = exp4(f32x4.sub(load4(x, i), shift));
      storeUpTo(y, i, end, e);
      lanes = f32x4.add(lanes, v128.and(e, laneMask(min<usize>(4, end - i))));
    }
    const total = f32x4.splat(addLanes(lanes));
    for (let i = start; i < end; i += 4) storeUpTo(y, i, end, f32x4.div(load4(y, i), total));
  }
}

export function softmax_backward_f32(dx: usize, dy: usize, y: usize, size: usize, from: usize, to: usize): void {
  for (let row = from; row < to; row++) {
    const start = row * size;
    const end = start + size;
    let lanes = zero4();
    for (let i = start; i < end; i += 4) {
      const weight = v128.and(load4(y, i), laneMask(min<usize>(4, end - i)));
      lanes = madd(v128.and(load4(dy, i), laneMask(min<usize>(4, end - i))), weight, lanes);
    }
    const mean = f32x4.splat(addLanes(lanes));
    for (let i = start; i < end; i += 4) {
      storeUpTo(dx, i, end, f32x4.mul(load4(y, i), f32x4.sub(load4(dy, i), mean)));
    }
  }
}
