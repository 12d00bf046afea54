// C = op(A)·op(B) (+ bias, or + C): every matrix product in the library.
//
//   c[i,j] = init + Σ_p a[i,p]·b[p,j],  init = 0, bias[j], or c[i,j] when accumulating
//
// c     [m, n] row-major, row stride cRow
// a     [m, k], element (i,p) at a[i·aRow + p·aCol]: (k, 1) for A, (1, m) for Aᵀ. Never copied.
// b     [k, n] in panels of NR = 8 columns, element (p,j) at b[(j/8)·bPanel + p·bRow + j%8]:
//         packed   (bPanel, bRow) = (8k, 8)   ┌ 8 ┐┌ 8 ┐   the panel's k rows lie one behind another,
//                                             │   ││   │   the last panel is padded with zeros
//                                             k   ││   │
//         in place (bPanel, bRow) = (8, n)    a row-major B, not copied: cheaper when m is small
// bias  [n], or 0 for none; ignored when accumulating
//
// Range: row tiles [from, to), MR = 4 rows each, tile t covering rows 4t … 4t+3.
// Edges: rows past m are computed from a repeat of the last row and not stored; columns past n likewise.
// Registers: 8 accumulators, 2 of B, 1 splat of A = 11 of 16.
// Numerics: one accumulator an element, p ascending, one madd a term. Blocking by KC passes the
// accumulator through C, which is exact; so neither blocking, nor tile position, nor packing changes a bit.
// Error ≤ γ(k)·Σ|a||b|. Tested in test/kernels/gemm.test.ts, timed by bench/matmul.bench.ts.
// Source: Goto & van de Geijn 2008; Van Zee & van de Geijn 2015 (BLIS).

import { load4, loadF32, madd, splat, store4, storeTail, zero4 } from "./shared/simd";

const MR: usize = 4;
const NR: usize = 8;
const KC: usize = 256; // a 4×KC strip of A and a KC×8 panel of B: 12 KB, within L1
const NC: usize = 256; // KC×NC of B: 256 KB, within L2

/** packed[j/8][p][j%8] = b[p·bRow + j·bCol]. Range: panels [from, to) of 8 columns. */
export function gemm_pack_b_f32(
  packed: usize,
  b: usize,
  n: usize,
  k: usize,
  bRow: usize,
  bCol: usize,
  from: usize,
  to: usize,
): void {
  for (let panel = from; panel < to; panel++) {
    const j0 = panel * NR;
    const out = packed + ((panel * k * NR) << 2);
    if (j0 + NR <= n && bCol === 1) {
      for (let p: usize = 0; p < k; p++) {
        store4(out, p * NR, load4(b, p * bRow + j0));
        store4(out, p * NR + 4, load4(b, p * bRow + j0 + 4));
      }
      continue;
    }
    for (let p: usize = 0; p < k; p++) {
      for (let j: usize = 0; j < NR; j++) {
        const value = j0 + j < n ? loadF32(b, p * bRow + (j0 + j) * bCol) : <f32>0;
        store<f32>(out + ((p * NR + j) << 2), value);
      }
    }
  }
}

export function gemm_f32(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  m: usize,
  n: usize,
  k: usize,
  cRow: usize,
  aRow: usize,
  aCol: usize,
  bPanel: usize,
  bRow: usize,
  accumulate: usize,
  from: usize,
  to: usize,
): void {
  for (let jc: usize = 0; jc < n; jc += NC) {
    const jEnd = min(jc + NC, n);
    // k = 0 still writes the initial value, hence do … while.
    let pc: usize = 0;
    do {
      const kc = min(KC, k - pc);
      const init: usize = accumulate | pc ? 2 : bias ? 1 : 0;
      for (let tile = from; tile < to; tile++) {
        const i = tile * MR;
        const rows = min(MR, m - i);
        for (let j = jc; j < jEnd; j += NR) {
          microkernel_4x8(
            c + ((i * cRow + j) << 2),
            cRow,
            a + ((i * aRow + pc * aCol) << 2),
            aRow,
            aCol,
            b + (((j / NR) * bPanel + pc * bRow) << 2),
            bRow,
            bias + (j << 2),
            init,
            kc,
            rows,
            min(NR, n - j),
          );
        }
      }
      pc += kc;
    } while (pc < k);
  }
}

/** One 4×8 tile of C. init: 0 zeros, 1 bias, 2 C itself. rows ≤ 4, cols ≤ 8 are what is stored. */
function microkernel_4x8(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bias: usize,
  init: usize,
  kc: usize,
  rows: usize,
  cols: usize,
): void {
  const last = rows - 1;
  const r1 = min<usize>(1, last);
  const r2 = min<usize>(2, last);
  const r3 = min<usize>(3, last);
  let c00 = zero4();
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  if (init === 1) {
    c00 = load4(bias, 0);
    c01 = load4(bias, 4);
    c10 = c00;
    c11 = c01;
    c20 = c00;
    c21 = c01;
    c30 = c00;
    c31 = c01;
  } else if (init === 2) {
    c00 = load4(c, 0);
    c01 = load4(c, 4);
    c10 = load4(c, r1 * cRow);
    c11 = load4(c, r1 * cRow + 4);
    c20 = load4(c, r2 * cRow);
    c21 = load4(c, r2 * cRow + 4);
    c30 = load4(c, r3 * cRow);
    c31 = load4(c, r3 * cRow + 4);
  }
  let a0 = a;
  let a1 = a + ((r1 * aRow) << 2);
  let a2 = a + ((r2 * aRow) << 2);
  let a3 = a + ((r3 * aRow) << 2);
  const aStep = aCol << 2;
  const bStep = bRow << 2;
  for (let p: usize = 0; p < kc; p++) {
    const b0 = load4(b, 0);
    const b1 = load4(b, 4);
    let s = splat(a0, 0);
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
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
  }
  storeRow(c, 0, cols, c00, c01);
  if (rows > 1) storeRow(c, cRow, cols, c10, c11);
  if (rows > 2) storeRow(c, 2 * cRow, cols, c20, c21);
  if (rows > 3) storeRow(c, 3 * cRow, cols, c30, c31);
}

function storeRow(c: usize, at: usize, cols: usize, low: v128, high: v128): void {
  if (cols === 8) {
    store4(c, at, low);
    store4(c, at + 4, high);
  } else if (cols > 4) {
    store4(c, at, low);
    storeTail(c, at + 4, cols - 4, high);
  } else if (cols === 4) {
    store4(c, at, low);
  } else {
    storeTail(c, at, cols, low);
  }
}
