// 3×3 convolution, stride 1, padding 1, by Winograd's F(4×4, 3×3) and F(3×3, 3×3).
//
//   y = Aᵀ[(Bᵀ·x·B) · U]·A + bias,   U = G·w·Gᵀ
//   dM = A·dy·Aᵀ,  dx = Σ B·(dM·Uᵀ)·Bᵀ,  dw = Gᵀ·(Σ Vᵀ·dM)·G,  V = Bᵀ·x·B
//
// In the middle are 36 GEMMs, one a slot pair, [tiles, CIN]·[CIN, COUT]: 2.25 to 4 times fewer products than
// the definition's. V is recomputed in backward: that is cheaper than storing 2.25 times the input.
//
// x, dx    [N, H, W, CIN];  y, dy  [N, H, W, COUT];  w, dw  [3, 3, CIN, COUT];  CIN and COUT multiples of 4
// u        36 × panels of U (forward) or of Uᵀ (backward), as gemm_f32 reads them
// Images go through in groups of 1 to 8, about 64 tiles each, so that a group stays within the caches.
// scratch  winogradScratch(h, w, cin, cout) elements: winograd/scratch.ts
// Ranges: forward: groups; backward (winograd_backward.ts): chunks of 8 images.
// Numerics: every tile on its own, GEMM sums ascending, groups and tiles added in ascending order: no cut of a
// range changes a bit, and an image's result does not depend on the others. Error: winograd/transforms.ts.
// Tested in test/kernels/winograd.test.ts and test/ops/conv2d.test.ts, timed by bench/conv2d.bench.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { panelsSize, SLOT_PAIRS, winogradGroup, winogradPairSize } from "./abi/abi";
import { multiplyPanels } from "./shared/products";
import { eachTile, INPUT, OUTPUT } from "./winograd/group";
import { discardOf, inputPairsOf, outputPairsOf, zerosOf } from "./winograd/scratch";
import { endTile, firstTile } from "./winograd/tiles";

/** The 36 GEMMs of a group: out = rows · u, u's panels `columns` wide. */
function multiply(
  out: usize,
  rows: usize,
  u: usize,
  images: usize,
  h: usize,
  w: usize,
  k: usize,
  columns: usize,
): void {
  const outPair = winogradPairSize(h, w, columns) << 2;
  const rowsPair = winogradPairSize(h, w, k) << 2;
  const panels = panelsSize(k, columns) << 2;
  for (let pair: usize = 0; pair < SLOT_PAIRS; pair++) {
    const first = firstTile(pair, images, h, w);
    const m = endTile(pair, images, h, w) - first;
    const c = out + pair * outPair + ((first * columns) << 2);
    const a = rows + pair * rowsPair + ((first * k) << 2);
    multiplyPanels(c, a, u + pair * panels, m, columns, k, 0);
  }
}

export function winograd_f32(
  y: usize,
  x: usize,
  u: usize,
  bias: usize,
  n: usize,
  h: usize,
  w: usize,
  cin: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const group = winogradGroup(h, w);
  const zeros = zerosOf(scratch, cin, cout);
  const discard = discardOf(scratch, cin, cout);
  const v = inputPairsOf(scratch, cin, cout);
  const vPair = winogradPairSize(h, w, cin) << 2;
  const m = outputPairsOf(scratch, h, w, cin, cout);
  const mPair = winogradPairSize(h, w, cout) << 2;
  memory.fill(zeros, 0, max(cin, cout) << 2);
  for (let g = from; g < to; g++) {
    const first = g * group;
    const images = min(group, n - first);
    eachTile(INPUT, v, vPair, x + ((first * h * w * cin) << 2), images, h, w, cin, scratch, zeros, discard, 0);
    multiply(m, v, u, images, h, w, cin, cout);
    const out = y + ((first * h * w * cout) << 2);
    eachTile(OUTPUT, m, mPair, out, images, h, w, cout, scratch, zeros, discard, bias ? bias : zeros);
  }
}
