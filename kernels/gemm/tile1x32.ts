// One row of C, thirty-two columns, B in place: what one image through a linear layer is.
//
// Twice as wide as a panel: of each row of B two whole cache lines are read, and there are as many sums as two rows of a panel
// have, to hide the latency of a multiply-add. Arguments as in panel.ts; `start` is where the row begins, 0 at
// zeros.
// Registers: 8 accumulators, 1 of B, 1 splat of A = 10 of 16.
// Numerics: those of gemm.ts, to the bit. Tested in test/kernels/gemm.test.ts.

import { load4, madd, splat, store4, zero4 } from "../shared/simd";

export function tile1x32(c: usize, start: usize, a: usize, aStep: usize, b: usize, bStep: usize, kc: usize): void {
  let c0 = zero4();
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  if (start) {
    c0 = load4(start, 0);
    c1 = load4(start, 4);
    c2 = load4(start, 8);
    c3 = load4(start, 12);
    c4 = load4(start, 16);
    c5 = load4(start, 20);
    c6 = load4(start, 24);
    c7 = load4(start, 28);
  }
  for (const end = b + kc * bStep; b !== end; b += bStep) {
    const s = splat(a, 0);
    c0 = madd(s, load4(b, 0), c0);
    c1 = madd(s, load4(b, 4), c1);
    c2 = madd(s, load4(b, 8), c2);
    c3 = madd(s, load4(b, 12), c3);
    c4 = madd(s, load4(b, 16), c4);
    c5 = madd(s, load4(b, 20), c5);
    c6 = madd(s, load4(b, 24), c6);
    c7 = madd(s, load4(b, 28), c7);
    a += aStep;
  }
  store4(c, 0, c0);
  store4(c, 4, c1);
  store4(c, 8, c2);
  store4(c, 12, c3);
  store4(c, 16, c4);
  store4(c, 20, c5);
  store4(c, 24, c6);
  store4(c, 28, c7);
}
