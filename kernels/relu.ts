// y = max(x, 0);  dx = 0 where y ≤ 0, else dy.
//
// y, x, dy, dx  [size], any shape. NaN stays NaN, and passes dy on as in PyTorch. Range: elements [from, to).
// Numerics: exact. Tested in test/ops/relu.test.ts, timed by bench/elementwise.bench.ts.

import { load4, store4, storeTail, zero4 } from "./shared/simd";

export function relu_f32(y: usize, x: usize, from: usize, to: usize): void {
  const zero = zero4();
  let i = from;
  for (; i + 4 <= to; i += 4) store4(y, i, f32x4.max(load4(x, i), zero));
  if (i < to) storeTail(y, i, to - i, f32x4.max(load4(x, i), zero));
}

export function relu_backward_f32(dx: usize, dy: usize, y: usize, from: usize, to: usize): void {
  const zero = zero4();
  let i = from;
  for (; i + 4 <= to; i += 4) {
    store4(dx, i, v128.andnot(load4(dy, i), f32x4.le(load4(y, i), zero)));
  }
  if (i < to) storeTail(dx, i, to - i, v128.andnot(load4(dy, i), f32x4.le(load4(y, i), zero)));
}
