// y = a ∘ b for two operands of different shapes, walked without copying either.
//
// The host merges dimensions that advance together, and leaves rows: `inner` elements of y in one piece,
// to which a and b each advance by 1 or, where they are repeated, by 0. Which rows of a and b belong to
// row r of y follows from `outer`, a list of triples (dim, a's stride, b's stride), the slowest first.

import { load4, splat, store4, storeTail } from "./simd";

export const ADD: usize = 0;
export const SUB: usize = 1;
export const MUL: usize = 2;
export const DIV: usize = 3;

/** The operation; a constant at each call site, so that only one branch is left after inlining. */
export function combine(op: usize, a: v128, b: v128): v128 {
  if (op === ADD) return f32x4.add(a, b);
  if (op === SUB) return f32x4.sub(a, b);
  if (op === MUL) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

/** The start of row `row` in the operand whose strides stand at `which` (1: a, 2: b) of each triple. */
export function rowStart(outer: usize, outerRank: usize, row: usize, which: usize): usize {
  let rest = row;
  let start: usize = 0;
  for (let axis = outerRank; axis > 0; axis--) {
    const triple = outer + (axis - 1) * 12;
    const dim = <usize>load<u32>(triple);
    start += (rest % dim) * <usize>load<u32>(triple + (which << 2));
    rest /= dim;
  }
  return start;
}

/** Range: elements [from, to) of y. */
export function broadcastBinary(
  op: usize,
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
  let at = from;
  while (at < to) {
    const row = at / inner;
    const start = at - row * inner;
    const stop = min(inner, to - row * inner);
    const yRow = row * inner;
    const aRow = rowStart(outer, outerRank, row, 1);
    const bRow = rowStart(outer, outerRank, row, 2);
    const aOnce = splat(a, aRow);
    const bOnce = splat(b, bRow);
    for (let i = start; i < stop; i += 4) {
      const left = aStep ? load4(a, aRow + i) : aOnce;
      const right = bStep ? load4(b, bRow + i) : bOnce;
      const result = combine(op, left, right);
      if (i + 4 <= stop) store4(y, yRow + i, result);
      else storeTail(y, yRow + i, stop - i, result);
    }
    at = yRow + stop;
  }
}
