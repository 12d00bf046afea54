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
// gemm_f32: range: row tiles [from, to), MR = 2 rows each, tile t covering rows 2t and 2t + 1.
// gemm_columns_f32: range: panels; threads then share no part of B, and it is read once.
// Edges: what is computed past row m or column n is not stored; up to 60 bytes past b and bias are read.
// Registers: 8 accumulators, 4 of B, 1 splat of A = 13 of 16. Two rows need no copy of A beside each other,
// whatever its strides. docs/log.md has the tiles that lost. The variant `wide` has others: gemm/wide_panel.ts.
// Numerics: one accumulator an element, p ascending, one madd a term. Blocking by KC passes the
// accumulator through C, which is exact; so neither blocking, nor tile position, nor packing changes a bit.
// Error ≤ γ(k)·Σ|a||b|. Tested in test/kernels/gemm.test.ts, timed by bench/matmul.bench.ts.
// Source: Goto & van de Geijn 2008; Van Zee & van de Geijn 2015 (BLIS).

import { KC, MR, NR } from "./abi/abi";
import { packPanel } from "./gemm/pack";
import { multiplyPanel } from "./gemm/panel";
import { tile1x32 } from "./gemm/tile1x32";

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
    packPanel(packed + ((panel * k * NR) << 2), b, panel * NR, n, k, bRow, bCol);
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
  const aStep = aCol << 2;
  const bStep = bRow << 2;
  // k = 0 still writes the initial value, hence do … while.
  let pc: usize = 0;
  do {
    const kc = min(KC, k - pc);
    const init: usize = accumulate | pc ? 2 : bias ? 1 : 0;
    for (let i = from * MR; i < last; i += MC) {
      const rows = min(MC, last - i);
      const block = a + ((i * aRow + pc * aCol) << 2);
      let j: usize = 0;
      if (rows === 1 && bPanel === NR) {
        for (; j + 2 * NR <= n; j += 2 * NR) {
          const out = c + ((i * cRow + j) << 2);
          const start = init === 2 ? out : init === 1 ? bias + (j << 2) : 0;
          tile1x32(out, start, block, aStep, b + ((pc * bRow + j) << 2), bStep, kc);
        }
      }
      for (; j < n; j += NR) {
        const out = c + ((i * cRow + j) << 2);
        const panel = b + (((j / NR) * bPanel + pc * bRow) << 2);
        const start = bias + (j << 2);
        multiplyPanel(out, cRow << 2, block, aRow << 2, aStep, panel, bStep, start, init, kc, 1, 0, rows, n - j);
      }
    }
    pc += kc;
  } while (pc < k);
}

/**
 * The same, B at strides of its own, element (p,j) at b[p·bRow + j·bCol]: a panel after the other, which is packed where it
 * stays in L1 while all of A goes by. Range: panels [from, to) of 16 columns.
 *
 * @param scratch GEMM_SCRATCH elements
 */
export function gemm_columns_f32(
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
  bRow: usize,
  bCol: usize,
  accumulate: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const aStep = aCol << 2;
  for (let panel = from; panel < to; panel++) {
    const j = panel * NR;
    const start = bias + (j << 2);
    const out = c + (j << 2);
    let pc: usize = 0;
    do {
      const kc = min(KC, k - pc);
      const init: usize = accumulate | pc ? 2 : bias ? 1 : 0;
      packPanel(scratch, b + ((pc * bRow) << 2), j, n, kc, bRow, bCol);
      const block = a + ((pc * aCol) << 2);
      multiplyPanel(out, cRow << 2, block, aRow << 2, aStep, scratch, NR << 2, start, init, kc, 1, 0, m, n - j);
      pc += kc;
    } while (pc < k);
  }
}
