// y += x: how gradients that reach a tensor by several ways are summed.
//
// y, x  [size]. Range: elements [from, to). Numerics: one addition an element.
// Tested in test/autograd/backward.test.ts.

import { load4, store4, storeTail } from "./shared/simd";

export function accumulate_f32(y: usize, x: usize, from: usize, to: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) store4(y, i, f32x4.add(load4(y, i), load4(x, i)));
  if (i < to) storeTail(y, i, to - i, f32x4.add(load4(y, i), load4(x, i)));
}
