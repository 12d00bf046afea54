// Four rows of C, sixteen columns: what larger tiles leave over. tile5x16.ts has the arguments.
//
// The rows are 0, 1, 2 and fourth: 3, or where C has three, the third again.
// Registers, of eight lanes: 8 accumulators, 2 of B, 1 splat of A = 11 of 16.

import { load4, madd, splat, store4 } from "../shared/simd";

export function tile4x16(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  kc: usize,
  runs: usize,
  jump: usize,
  fourth: usize,
): void {
  let c00 = load4(start, 0);
  let c01 = load4(start, 4);
  let c02 = load4(start, 8);
  let c03 = load4(start, 12);
  const start1 = start + startRow;
  let c10 = load4(start1, 0);
  let c11 = load4(start1, 4);
  let c12 = load4(start1, 8);
  let c13 = load4(start1, 12);
  const start2 = start1 + startRow;
  let c20 = load4(start2, 0);
  let c21 = load4(start2, 4);
  let c22 = load4(start2, 8);
  let c23 = load4(start2, 12);
  const start3 = start + fourth * startRow;
  let c30 = load4(start3, 0);
  let c31 = load4(start3, 4);
  let c32 = load4(start3, 8);
  let c33 = load4(start3, 12);
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a + fourth * aRow;
  const run = kc * bStep;
  for (; runs; runs--) {
    const end = b + run;
    while (b !== end) {
      const b0 = load4(b, 0);
      const b1 = load4(b, 4);
      const b2 = load4(b, 8);
      const b3 = load4(b, 12);
      let s = splat(a, 0);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      c02 = madd(s, b2, c02);
      c03 = madd(s, b3, c03);
      s = splat(a1, 0);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      c12 = madd(s, b2, c12);
      c13 = madd(s, b3, c13);
      s = splat(a2, 0);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      c22 = madd(s, b2, c22);
      c23 = madd(s, b3, c23);
      s = splat(a3, 0);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      c32 = madd(s, b2, c32);
      c33 = madd(s, b3, c33);
      a += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      b += bStep;
    }
    a += jump;
    a1 += jump;
    a2 += jump;
    a3 += jump;
  }
  store4(c, 0, c00);
  store4(c, 4, c01);
  store4(c, 8, c02);
  store4(c, 12, c03);
  const out1 = c + cRow;
  store4(out1, 0, c10);
  store4(out1, 4, c11);
  store4(out1, 8, c12);
  store4(out1, 12, c13);
  const out2 = out1 + cRow;
  store4(out2, 0, c20);
  store4(out2, 4, c21);
  store4(out2, 8, c22);
  store4(out2, 12, c23);
  const out3 = c + fourth * cRow;
  store4(out3, 0, c30);
  store4(out3, 4, c31);
  store4(out3, 8, c32);
  store4(out3, 12, c33);
}
