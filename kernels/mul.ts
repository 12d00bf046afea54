// y = a · b with broadcasting; operands, range and edges as in shared/broadcast.ts.
//
// Numerics: one rounding an element. Tested in test/ops/mul.test.ts.

import { broadcastBinary, MUL } from "./shared/broadcast";

export function mul_f32(
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
  broadcastBinary(MUL, y, a, b, outer, outerRank, inner, aStep, bStep, from, to);
}
