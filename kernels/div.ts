// y = a / b with broadcasting; operands, range and edges as in shared/broadcast.ts.
//
// Numerics: one rounding an element. Tested in test/ops/div.test.ts.

import { broadcastBinary, DIV } from "./shared/broadcast";

export function div_f32(
  y: usize,
  a: usize,
  b: usize,
  outer: usize,
  outerRank: usize,
  inner: usize,
  aStep: usize,
  bStep: usize,
  from: usize,
  to: usize,
): void {
  broadcastBinary(DIV, y, a, b, outer, outerRank, inner, aStep, bStep, from, to);
}
