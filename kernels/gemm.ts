// C = op(A)·op(B) (+ bias, or + C): every matrix product in the library.
//
//   c[i,j] = init + Σ_p a[i,p]·b[p,j],  init = 0, bias[j], or c[i,j] when accumulating
//
// c     [m, n] row-major, row stride cRow
// a     [m, k], element (i,p) at a[i·aRow + p·aCol]: (k, 1) for A, (1, m) for Aᵀ
// b     [k, n] in panels of NR = 16 columns, element (p,j) at b[(j/16)·bPanel + p·bRow + j%16]:
//         packed   (bPanel, bRow) = (16k, 16)  ┌ 16 ┐┌ 16 ┐   the panel's k rows lie one behind another,
//                                              │    ││    │   the last panel is padded with zeros
//                                              k    ││    │
//         in place (bPanel, bRow) = (16, n)    a row-major B, not copied: cheaper when m is small
// bias  [n], or 0 for none; ignored when accumulating
//
// Range: row tiles [from, to), MR = 2 rows each, tile t covering rows 2t and 2t + 1.
// Edges: what is computed past row m or column n is not stored; up to 60 bytes past b and bias are read.
// Registers: 8 accumulators, 4 of B, 1 splat of A = 13 of 16. Two rows need no copy of A beside each other,
// whatever its strides. docs/log.md has the tiles that lost. The variant `wide` has others: gemm/wide_panel.ts.
// Numerics: one accumulator an element, p ascending, one madd a term. Blocking by KC passes the
// accumulator through C, which is exact; so neither blocking, nor tile position, nor packing changes a bit.
// Error ≤ γ(k)·Σ|a||b|. Tested in test/kernels/gemm.test.ts, timed by bench/matmul.bench.ts.
// Source: Goto & van de Geijn 2008; Van Zee & van de Geijn 2015 (BLIS).

import { MR, NR } from "./abi/abi";
import { tile4x8 } from "./gemm/tile4x8";
import { widePanel } from "./gemm/wide_panel";
import { load4, loadF32, madd, splat, store4, zero4 } from "./shared/simd";
import { transpose4x4 } from "./shared/transpose4x4";

const KC: usize = 256; // a KC×16 panel of B: 16 KB, half of L1
const MC: usize = 64; // rows of A that every panel meets in turn: 64×KC are 64 KB, within L2

/** packed[j/16][p][j%16] = b[p·bRow + j·bCol]. Range: panels [from, to) of 16 columns. */
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
        for (let j: usize = 0; j < NR; j += 4) store4(out, p * NR + j, load4(b, p * bRow + j0 + j));
      }
      continue;
    }
    let p: usize = 0;
    if (j0 + NR <= n && bRow === 1) {
      for (; p + 4 <= k; p += 4) {
        for (let j: usize = 0; j < NR; j += 4) transpose4x4(out, p * NR + j, NR, b, (j0 + j) * bCol + p, bCol);
      }
    }
    for (; p < k; p++) {
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
  const last = min(to * MR, m);
  // k = 0 still writes the initial value, hence do … while.
  let pc: usize = 0;
  do {
    const kc = min(KC, k - pc);
    const init: usize = accumulate | pc ? 2 : bias ? 1 : 0;
    for (let i = from * MR; i < last; i += MC) {
      const rows = min(MC, last - i);
      const block = a + ((i * aRow + pc * aCol) << 2);
      for (let j: usize = 0; j < n; j += NR) {
        const out = c + ((i * cRow + j) << 2);
        const panel = b + (((j / NR) * bPanel + pc * bRow) << 2);
        const start = bias + (j << 2);
        if (j + NR <= n) {
          wholePanel(out, cRow << 2, block, aRow << 2, aCol << 2, panel, bRow << 2, start, init, kc, rows);
        } else {
          lastPanel(out, cRow << 2, block, aRow << 2, aCol << 2, panel, bRow << 2, start, init, kc, rows, n - j);
        }
      }
    }
    pc += kc;
  } while (pc < k);
}

/**
 * Sixteen columns of C, two rows at a time. Strides are in bytes: cRow and aRow from row to row, aStep and bStep
 * from one term to the next. init: 0 zeros, 1 bias, 2 C itself. In the variant `wide` four or five rows at a time.
 */
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
  rows: usize,
): void {
  if (WIDE && rows > MR) {
    widePanel(c, cRow, a, aRow, aStep, b, bStep, bias, init, kc, rows);
    return;
  }
  for (let i: usize = 0; i < rows; i += MR) {
    // A last single row is computed twice.
    const next: usize = i + 1 < rows ? 1 : 0;
    tile2x16(c + i * cRow, next * cRow, a + i * aRow, next * aRow, aStep, b, bStep, bias, init, kc);
  }
}

/** `cols` < 16 columns of C, eight of them at a time; the rest as in wholePanel. */
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
  rows: usize,
  cols: usize,
): void {
  for (let j: usize = 0; j < cols; j += 8) {
    const width = min(8, cols - j);
    const at = j << 2;
    for (let i: usize = 0; i < rows; i += 4) {
      const last = min(3, rows - i - 1);
      const out = c + i * cRow + at;
      const row = a + i * aRow;
      tile4x8(out, cRow, row, aRow, aStep, b + at, bStep, bias + at, init, kc, min(1, last), min(2, last), last, width);
    }
  }
}

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
  const end = b + kc * bStep;
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
