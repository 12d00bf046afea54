// y = 1/(1 + e^{−x});  dx = dy·y·(1 − y).
//
// y, x, dy, dx  [size], any shape. Range: elements [from, to).
// Numerics: shared/math.ts. Tested in test/ops/sigmoid.test.ts.

import { sigmoid4 } from "./shared/math";
import { load4, splat, storeUpTo } from "./shared/simd";

const ONE = memory.data<f32>([1.0]);

export function sigmoid_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(y, i, to, sigmoid4(load4(x, i)));
}

export function sigmoid_backward_f32(dx: usize, dy: usize, y: usize, from: usize, to: usize): void {
  const one = splat(ONE, 0);
  for (let i = from; i < to; i += 4) {
    const s = load4(y, i);
    storeUpTo(dx, i, to, f32x4.mul(load4(dy, i), f32x4.mul(s, f32x4.sub(one, s))));
  }
}
