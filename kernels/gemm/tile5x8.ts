// Five rows of C, up to eight columns: what is left of C beside its whole panels. Arguments as in panel.ts.
//
// Half as wide as a panel: of six columns, a quarter of the lanes goes unused, where a row of a panel wasted more than half,
// and its four accumulators could not hide the latency of a multiply-add. Five rows, since a 5×5 kernel makes five of dw.
//
// The rows are 0, 1, 2, 3 and `last`, 4; where C has fewer left, some are the same, and computed again.
// Registers: 10 accumulators, 2 of B, 1 splat of A = 13 of 16.
// Numerics: those of gemm.ts, to the bit.

import { load4, madd, splat, store4, storeTail, zero4 } from "../shared/simd";

export function tile5x8(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bias: usize,
  init: usize,
  kc: usize,
  runs: usize,
  jump: usize,
  last: usize,
  cols: usize,
): void {
  const second = min(1, last);
  const third = min(2, last);
  const fourth = min(3, last);
  const c1 = c + second * cRow;
  const c2 = c + third * cRow;
  const c3 = c + fourth * cRow;
  const c4 = c + last * cRow;
  let c00 = zero4();
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  if (init) {
    const isBias = init === 1;
    c00 = load4(isBias ? bias : c, 0);
    c01 = load4(isBias ? bias : c, 4);
    c10 = load4(isBias ? bias : c1, 0);
    c11 = load4(isBias ? bias : c1, 4);
    c20 = load4(isBias ? bias : c2, 0);
    c21 = load4(isBias ? bias : c2, 4);
    c30 = load4(isBias ? bias : c3, 0);
    c31 = load4(isBias ? bias : c3, 4);
    c40 = load4(isBias ? bias : c4, 0);
    c41 = load4(isBias ? bias : c4, 4);
  }
  let a1 = a + second * aRow;
  let a2 = a + third * aRow;
  let a3 = a + fourth * aRow;
  let a4 = a + last * aRow;
  const run = kc * bStep;
  for (; runs; runs--) {
    const end = b + run;
    while (b !== end) {
      const b0 = load4(b, 0);
      const b1 = load4(b, 4);
      let s = splat(a, 0);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      s = splat(a1, 0);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      s = splat(a2, 0);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      s = splat(a3, 0);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      s = splat(a4, 0);
      c40 = madd(s, b0, c40);
      c41 = madd(s, b1, c41);
      a += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      a4 += aStep;
      b += bStep;
    }
    a += jump;
    a1 += jump;
    a2 += jump;
    a3 += jump;
    a4 += jump;
  }
  storeColumns(c, cols, c00, c01);
  storeColumns(c1, cols, c10, c11);
  storeColumns(c2, cols, c20, c21);
  storeColumns(c3, cols, c30, c31);
  storeColumns(c4, cols, c40, c41);
}

/** What lies behind the columns is left alone: it may be another thread's. */
// @inline
function storeColumns(c: usize, cols: usize, low: v128, high: v128): void {
  if (cols === 8) {
    store4(c, 0, low);
    store4(c, 4, high);
  } else if (cols >= 4) {
    store4(c, 0, low);
    if (cols > 4) storeTail(c, 4, cols - 4, high);
  } else {
    storeTail(c, 0, cols, low);
  }
}
