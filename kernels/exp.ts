// y = e^x;  dx = dy·y.
//
// y, x, dy, dx  [size], any shape. Range: elements [from, to).
// Numerics: shared/math.ts. Tested in test/ops/exp.test.ts.

import { exp4 } from "./shared/math";
import { load4, storeUpTo } from "./shared/simd";

export function exp_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(y, i, to, exp4(load4(x, i)));
}

export function exp_backward_f32(dx: usize, dy: usize, y: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(dx, i, to, f32x4.mul(load4(dy, i), load4(y, i)));
}
