// y = ln x;  dx = dy/x.
//
// y, x, dy, dx  [size], any shape. −∞ at 0, NaN below. Range: elements [from, to).
// Numerics: shared/math.ts. Tested in test/ops/log.test.ts.

import { log4 } from "./shared/math";
import { load4, storeUpTo } from "./shared/simd";

export function log_f32(y: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(y, i, to, log4(load4(x, i)));
}

export function log_backward_f32(dx: usize, dy: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 4) storeUpTo(dx, i, to, f32x4.div(load4(dy, i), load4(x, i)));
}
