// C = op(A)·op(B) (+ bias, or + C): every matrix product in the library.
//
//   c[i,j] = init + Σ_p a[i,p]·b[p,j],  init = 0, bias[j], or c[i,j] when accumulating
//
// c     [m, n] row-major, row stride cRow
// a     [m, k], element (i,p) at a[i·aRow + p·aCol]: (k, 1) for A, (1, m) for Aᵀ
// b     [k, n] in panels of NR = 8 columns, element (p,j) at b[(j/8)·bPanel + p·bRow + j%8]:
//         packed   (bPanel, bRow) = (8k, 8)   ┌ 8 ┐┌ 8 ┐   the panel's k rows lie one behind another,
//                                             │   ││   │   the last panel is padded with zeros
//                                             k   ││   │
//         in place (bPanel, bRow) = (8, n)    a row-major B, not copied: cheaper when m is small
// bias  [n], or 0 for none; ignored when accumulating
//
// Range: row tiles [from, to), MR = 4 rows each, tile t covering rows 4t … 4t+3.
// scratch  MR·KC = 1,024 elements: four rows of A interleaved, made anew for each tile; Aᵀ is that already
// Edges: what is computed past row m or column n is not stored.
// Registers: 8 accumulators, 2 of B, 1 splat of A = 11 of 16.
// Numerics: one accumulator an element, p ascending, one madd a term. Blocking by KC passes the
// accumulator through C, which is exact; so neither blocking, nor tile position, nor packing changes a bit.
// Error ≤ γ(k)·Σ|a||b|. Tested in test/kernels/gemm.test.ts, timed by bench/matmul.bench.ts.
// Source: Goto & van de Geijn 2008; Van Zee & van de Geijn 2015 (BLIS).

import { load4, loadF32, madd, splat, store4, storeF32, storeTail, zero4 } from "./shared/simd";

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
  scratch: usize,
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
        let strip = a + ((i * aRow + pc * aCol) << 2);
        let aStep = aCol;
        if (aRow !== 1) {
          packStrip(scratch, strip, aRow, aCol, kc, rows);
          strip = scratch;
          aStep = MR;
        }
        for (let j = jc; j < jEnd; j += NR) {
          microkernel_4x8(
            c + ((i * cRow + j) << 2),
            cRow,
            strip,
            aStep,
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

/** strip[p][r] = a[r·aRow + p·aCol], r < 4; rows past the last repeat it. */
function packStrip(strip: usize, a: usize, aRow: usize, aCol: usize, kc: usize, rows: usize): void {
  const last = rows - 1;
  const a1 = a + ((min<usize>(1, last) * aRow) << 2);
  const a2 = a + ((min<usize>(2, last) * aRow) << 2);
  const a3 = a + ((last * aRow) << 2);
  let p: usize = 0;
  if (aCol === 1) {
    for (; p + 4 <= kc; p += 4) transpose4(strip + (p << 4), load4(a, p), load4(a1, p), load4(a2, p), load4(a3, p));
  }
  for (; p < kc; p++) {
    storeF32(strip, p * 4, loadF32(a, p * aCol));
    storeF32(strip, p * 4 + 1, loadF32(a1, p * aCol));
    storeF32(strip, p * 4 + 2, loadF32(a2, p * aCol));
    storeF32(strip, p * 4 + 3, loadF32(a3, p * aCol));
  }
}

/** Stores the columns of the 4×4 matrix whose rows are given. */
function transpose4(out: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  store4(out, 0, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  store4(out, 4, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  store4(out, 8, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  store4(out, 12, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/**
 * One 4×8 tile of C; of A, four rows beside each other: row r of term p at a[p·aStep + r].
 * init: 0 zeros, 1 bias, 2 C itself. rows ≤ 4, cols ≤ 8 are what is stored.
 */
function microkernel_4x8(
  c: usize,
  cRow: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bias: usize,
  init: usize,
  kc: usize,
  rows: usize,
  cols: usize,
): void {
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
    // Rows past m repeat the last one, so that nothing behind C is read.
    const last = rows - 1;
    const r1 = min<usize>(1, last) * cRow;
    const r2 = min<usize>(2, last) * cRow;
    const r3 = last * cRow;
    c00 = load4(c, 0);
    c01 = load4(c, 4);
    c10 = load4(c, r1);
    c11 = load4(c, r1 + 4);
    c20 = load4(c, r2);
    c21 = load4(c, r2 + 4);
    c30 = load4(c, r3);
    c31 = load4(c, r3 + 4);
  }
  const end = a + ((kc * aStep) << 2);
  for (; a !== end; a += aStep << 2) {
    const b0 = load4(b, 0);
    const b1 = load4(b, 4);
    let s = splat(a, 0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = splat(a, 1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = splat(a, 2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = splat(a, 3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    b += bStep << 2;
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
