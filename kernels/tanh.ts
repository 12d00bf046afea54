// y = tanh x;  dx = dy·(1 − y²).
//
// y, x, dy, dx  [size], any shape. Range: elements [from, to).
// Numerics: shared/math.ts; 1 − y² as (1 − y)·(1 + y), which does not cancel. Tested in test/ops/tanh.test.ts.

import { tanh4 } from "./shared/math";
import { load4, splat, storeUpTo } from "./shared/simd";

const ONE = memory.data<f32>([1.0]);

export function tanh_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(y, i, to, tanh4(load4(x, i)));
}

export function tanh_backward_f32(dx: usize, dy: usize, y: usize, from: usize, to: usize): void {
  const one = splat(ONE, 0);
  for (let i = from; i < to; i += 4) {
    const t = load4(y, i);
    const slope = f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t));
    storeUpTo(dx, i, to, f32x4.mul(load4(dy, i), slope));
  }
}
