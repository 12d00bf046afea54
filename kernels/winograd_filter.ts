// The filters of a Winograd convolution, transformed: U = G·w·Gᵀ, or Uᵀ for the gradient of the input.
//
// w  [3, 3, CIN, COUT];  u  36 × panels as gemm_f32 reads them: U [CIN, COUT], Uᵀ [COUT, CIN]
// scratch  winogradFilterScratch(cout) elements. Range: input channels by sixteens, a panel of Uᵀ: two
// threads write to no line of it in common.
// Numerics: winograd/transforms.ts. Tested in test/kernels/winograd.test.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { NR, panelsSize, SLOT_PAIRS } from "./abi/abi";
import { load4, store4 } from "./shared/simd";
import { transpose4x4 } from "./shared/transpose4x4";
import { filter } from "./winograd/filter";

export function winograd_filter_f32(
  u: usize,
  w: usize,
  cin: usize,
  cout: usize,
  transposed: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const c4 = cout << 2;
  const tap = cin * c4;
  const pairs = scratch + 18 * c4;
  const size = (transposed ? panelsSize(cout, cin) : panelsSize(cin, cout)) << 2;
  const last = min(to * NR, cin);
  for (let first = from * NR; first < last; first += 4) {
    for (let q: usize = 0; q < 4; q++) {
      for (let s: usize = 0; s < 3; s++) {
        const p = w + (first + q) * c4 + s * tap;
        filter(scratch + s * c4, 3 * c4, p, p + 3 * tap, p + 6 * tap, cout);
      }
      for (let xi: usize = 0; xi < 6; xi++) {
        const p = scratch + 3 * xi * c4;
        filter(pairs + (24 * xi + q) * c4, 4 * c4, p, p + c4, p + 2 * c4, cout);
      }
    }
    for (let pair: usize = 0; pair < SLOT_PAIRS; pair++) {
      const rows = pairs + 4 * pair * c4;
      const out = u + pair * size;
      const column = first % NR;
      if (transposed) transposeRows(out + (((first - column) * cout + column) << 2), rows, cout);
      else copyRows(out + ((first * NR) << 2), rows, cin, cout);
    }
  }
}

/** Four rows of `cout` elements into the panels from out on. */
function copyRows(out: usize, rows: usize, cin: usize, cout: usize): void {
  for (let q: usize = 0; q < 4; q++) {
    for (let o: usize = 0; o < cout; o += 4) {
      const column = o % NR;
      store4(out, (o - column) * cin + q * NR + column, load4(rows, q * cout + o));
    }
  }
}

/** Four rows of `cout` elements as four columns of one panel. */
// @inline
function transposeRows(out: usize, rows: usize, cout: usize): void {
  for (let o: usize = 0; o < cout; o += 4) transpose4x4(out, o * NR, NR, rows, o, cout);
}
