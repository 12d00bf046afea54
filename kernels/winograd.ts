// 3×3 convolution, stride 1, padding 1, by Winograd's F(4×4, 3×3) and F(3×3, 3×3).
//
//   y = Aᵀ[(Bᵀ·x·B) · U]·A + bias,   U = G·w·Gᵀ
//   dM = A·dy·Aᵀ,  dx = Σ B·(dM·Uᵀ)·Bᵀ,  dw = Gᵀ·(Σ Vᵀ·dM)·G,  V = Bᵀ·x·B
//
// In the middle are 36 GEMMs, one a slot pair, [tiles, CIN]·[CIN, COUT]: 2.25 to 4 times fewer products than
// the definition's. V is computed anew in backward: that is cheaper than storing 2.25 times the input.
//
// x, dx    [N, H, W, CIN];  y, dy  [N, H, W, COUT];  w, dw  [3, 3, CIN, COUT];  CIN and COUT multiples of 4
// u        36 × panels of U (forward) or of Uᵀ (backward), as gemm_f32 reads them
// Images go through in groups of 1 to 8, about 64 tiles each, so that a group stays within the caches.
// scratch  winograd_scratch(h, w, cin, cout) elements; pairs lie 64 bytes more than their size apart: at power-of-two
//          strides all 36 would fall into the same few cache sets.
// Ranges: forward: groups; backward (winograd_backward.ts): chunks of 8 images.
// Numerics: every tile on its own, GEMM sums ascending, groups and tiles added in ascending order: no cut of a
// range changes a bit, and an image's result does not depend on the others. Error: winograd/transforms.ts.
// Tested in test/kernels/winograd.test.ts and test/ops/conv2d.test.ts, timed by bench/conv2d.bench.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { gemm_f32 } from "./gemm";
import { panelsSize } from "./winograd/filter";
import { eachTile, INPUT, OUTPUT } from "./winograd/group";
import { endTile, firstTile, tilesOf } from "./winograd/tiles";

/** Tiles of a group: 64 rows a GEMM, and V, M within a 1 MB cache at 64 channels. */
const TILES: usize = 64;
const CHUNK: usize = 8;

/** Images that go through together: a power of two, at most 8, so that groups divide chunks. */
export function winograd_group(h: usize, w: usize): usize {
  let images: usize = CHUNK;
  while (images > 1 && images * tilesOf(h, w) > TILES) images >>= 1;
  return images;
}

/** Elements between two slot pairs of `c` channels. */
export function winograd_pair(h: usize, w: usize, c: usize): usize {
  return winograd_group(h, w) * tilesOf(h, w) * c + 16;
}

/** Elements of scratch: board, zeros, sink, V, M, and dU. */
export function winograd_scratch(h: usize, w: usize, cin: usize, cout: usize): usize {
  const board = max(cin, cout) * 38;
  return board + (winograd_pair(h, w, cin) + winograd_pair(h, w, cout) + cin * cout + 16) * 36;
}

/** The 36 GEMMs of a group: out = rows · u, u's panels `columns` wide. */
export function winograd_multiply_f32(
  out: usize,
  rows: usize,
  u: usize,
  images: usize,
  h: usize,
  w: usize,
  k: usize,
  columns: usize,
): void {
  const outPair = winograd_pair(h, w, columns) << 2;
  const rowsPair = winograd_pair(h, w, k) << 2;
  const panels = panelsSize(k, columns) << 2;
  for (let pair: usize = 0; pair < 36; pair++) {
    const first = firstTile(pair, images, h, w);
    const m = endTile(pair, images, h, w) - first;
    const c = out + pair * outPair + ((first * columns) << 2);
    const a = rows + pair * rowsPair + ((first * k) << 2);
    gemm_f32(c, a, u + pair * panels, 0, m, columns, k, columns, k, 1, 16 * k, 16, 0, 0, (m + 1) >> 1);
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
  const group = winograd_group(h, w);
  const channels = max(cin, cout) << 2;
  const zeros = scratch + 36 * channels;
  const sink = zeros + channels;
  const v = sink + channels;
  const vPair = winograd_pair(h, w, cin) << 2;
  const m = v + 36 * vPair;
  const mPair = winograd_pair(h, w, cout) << 2;
  memory.fill(zeros, 0, channels);
  for (let g = from; g < to; g++) {
    const first = g * group;
    const images = min(group, n - first);
    eachTile(INPUT, v, vPair, x + ((first * h * w * cin) << 2), images, h, w, cin, scratch, zeros, sink, 0);
    winograd_multiply_f32(m, v, u, images, h, w, cin, cout);
    const out = y + ((first * h * w * cout) << 2);
    eachTile(OUTPUT, m, mPair, out, images, h, w, cout, scratch, zeros, sink, bias ? bias : zeros);
  }
}
