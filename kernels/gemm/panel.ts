// A panel's share of C: up to sixteen columns, in tiles of a few rows.
//
// Arguments are those of all tiles. Strides are in bytes: cRow and aRow from row to row, aStep and bStep from one term to
// the next. The sum has `runs` runs of kc terms, between which a row of A jumps by `jump` bytes more, and B does not: of a
// matrix there is one run, of a convolution's window in an image as many as it has rows (conv2d.ts). init: 0 zeros, 1 bias,
// 2 C itself. Tested in test/kernels/gemm.test.ts and test/ops/conv2d.test.ts.

import { MR, NR } from "../abi/abi";
import { load4, madd, splat, store4, zero4 } from "../shared/simd";
import { tile5x8 } from "./tile5x8";
import { widePanel } from "./wide_panel";

/** `cols` columns of C, sixteen at most. */
export function multiplyPanel(
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
  rows: usize,
  cols: usize,
): void {
  if (cols >= NR) wholePanel(c, cRow, a, aRow, aStep, b, bStep, bias, init, kc, runs, jump, rows);
  else lastPanel(c, cRow, a, aRow, aStep, b, bStep, bias, init, kc, runs, jump, rows, cols);
}

/** Sixteen columns, two rows at a time; in the variant `wide` four to six. */
function wholePanel(
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
  rows: usize,
): void {
  if (WIDE && rows > MR) {
    widePanel(c, cRow, a, aRow, aStep, b, bStep, bias, init, kc, runs, jump, rows);
    return;
  }
  for (let i: usize = 0; i < rows; i += MR) {
    // A last single row is computed twice.
    const next: usize = i + 1 < rows ? 1 : 0;
    tile2x16(c + i * cRow, next * cRow, a + i * aRow, next * aRow, aStep, b, bStep, bias, init, kc, runs, jump);
  }
}

/** Fewer columns, eight at a time. */
// @inline
function lastPanel(
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
  rows: usize,
  cols: usize,
): void {
  for (let j: usize = 0; j < cols; j += 8) {
    const width = min(8, cols - j);
    const at = j << 2;
    for (let i: usize = 0; i < rows; i += 5) {
      const last = min(4, rows - i - 1);
      const out = c + i * cRow + at;
      const row = a + i * aRow;
      tile5x8(out, cRow, row, aRow, aStep, b + at, bStep, bias + at, init, kc, runs, jump, last, width);
    }
  }
}

// @inline
function tile2x16(
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
): void {
  let c00 = zero4();
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  if (init) {
    const from: usize = init === 1 ? bias : c;
    const next: usize = init === 1 ? bias : c + cRow;
    c00 = load4(from, 0);
    c01 = load4(from, 4);
    c02 = load4(from, 8);
    c03 = load4(from, 12);
    c10 = load4(next, 0);
    c11 = load4(next, 4);
    c12 = load4(next, 8);
    c13 = load4(next, 12);
  }
  let second = a + aRow;
  const run = kc * bStep;
  for (; runs; runs--) {
    const end = b + run;
    while (b !== end) {
      const b0 = load4(b, 0);
      const b1 = load4(b, 4);
      const b2 = load4(b, 8);
      const b3 = load4(b, 12);
      // The second row first: V8 20 then spills nothing.
      let s = splat(second, 0);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      c12 = madd(s, b2, c12);
      c13 = madd(s, b3, c13);
      s = splat(a, 0);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      c02 = madd(s, b2, c02);
      c03 = madd(s, b3, c03);
      a += aStep;
      second += aStep;
      b += bStep;
    }
    a += jump;
    second += jump;
  }
  // No branch here: with a condition after the loop V8 spills the accumulators in the loop (docs/log.md).
  store4(c, 0, c00);
  store4(c, 4, c01);
  store4(c, 8, c02);
  store4(c, 12, c03);
  c += cRow;
  store4(c, 0, c10);
  store4(c, 4, c11);
  store4(c, 8, c12);
  store4(c, 12, c13);
}
