// The gradients of a Winograd convolution; notation, layouts and numerics as in winograd.ts.
//
//   dM = A·dy·Aᵀ;   dx = Σ B·(dM·Uᵀ)·Bᵀ, added to what is there when onto = 1, or not computed when dx = 0
//   dwChunks[chunk] = Gᵀ·(Σ Vᵀ·dM)·G of the chunk's 8 images, or not computed when dwChunks = 0
//
// ut  36 × panels of Uᵀ (winograd_filter_f32, transposed). Range: chunks of 8 images.
// Tested in test/kernels/winograd.test.ts and test/ops/conv2d.test.ts.

import {
  CHUNK,
  panelsSize,
  SLOT_PAIRS,
  TAPS,
  winogradFilterPairSize,
  winogradGroup,
  winogradPairSize,
} from "./abi/abi";
import { multiplyPanels, multiplyTransposed } from "./shared/products";
import { filterAdjoint } from "./winograd/filter";
import { eachTile, INPUT, INPUT_ADJOINT, OUTPUT_ADJOINT } from "./winograd/group";
import { discardOf, filterPairsOf, inputPairsOf, outputPairsOf, zerosOf } from "./winograd/scratch";
import { endTile, firstTile } from "./winograd/tiles";

export function winograd_backward_f32(
  dx: usize,
  onto: usize,
  dwChunks: usize,
  dy: usize,
  x: usize,
  ut: usize,
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
  const map = (h * w) << 2;
  const dw = (TAPS * cin * cout) << 2;
  for (let chunk = from; chunk < to; chunk++) {
    const end = min(n, (chunk + 1) * CHUNK);
    for (let first = chunk * CHUNK; first < end; first += group) {
      const images = min(group, end - first);
      const out = dx ? dx + first * map * cin : 0;
      winograd_backward_group_f32(
        out,
        onto,
        dwChunks,
        first === chunk * CHUNK ? 1 : 0,
        dy + first * map * cout,
        x + first * map * cin,
        ut,
        images,
        h,
        w,
        cin,
        cout,
        scratch,
      );
    }
    if (dwChunks) winograd_backward_end_f32(dwChunks + chunk * dw, h, w, cin, cout, scratch);
  }
}

/** One group: its dx, unless that is 0, added or not, and its part of dU, unless `withWeights` is 0: all of it if isFirst, else added. */
export function winograd_backward_group_f32(
  dx: usize,
  onto: usize,
  withWeights: usize,
  isFirst: usize,
  dy: usize,
  x: usize,
  ut: usize,
  images: usize,
  h: usize,
  w: usize,
  cin: usize,
  cout: usize,
  scratch: usize,
): void {
  const zeros = zerosOf(scratch, cin, cout);
  const discard = discardOf(scratch, cin, cout);
  const v = inputPairsOf(scratch, cin, cout);
  const vPair = winogradPairSize(h, w, cin) << 2;
  const dm = outputPairsOf(scratch, h, w, cin, cout);
  const mPair = winogradPairSize(h, w, cout) << 2;
  const du = filterPairsOf(scratch, h, w, cin, cout);
  const duPair = winogradFilterPairSize(cin, cout) << 2;
  memory.fill(zeros, 0, max(cin, cout) << 2);
  eachTile(OUTPUT_ADJOINT, dm, mPair, dy, images, h, w, cout, scratch, zeros, discard, 0);
  if (withWeights) eachTile(INPUT, v, vPair, x, images, h, w, cin, scratch, zeros, discard, 0);
  const panels = panelsSize(cout, cin) << 2;
  for (let pair: usize = 0; pair < SLOT_PAIRS; pair++) {
    const start = firstTile(pair, images, h, w);
    const tiles = endTile(pair, images, h, w) - start;
    const a = v + pair * vPair + ((start * cin) << 2);
    const b = dm + pair * mPair + ((start * cout) << 2);
    if (withWeights) multiplyTransposed(du + pair * duPair, a, b, cin, cout, tiles, isFirst ? 0 : 1);
    // dV takes the place of V.
    if (dx) multiplyPanels(a, b, ut + pair * panels, tiles, cin, cout, 0);
  }
  if (dx) {
    if (!onto) memory.fill(dx, 0, (images * h * w * cin) << 2);
    eachTile(INPUT_ADJOINT, v, vPair, dx, images, h, w, cin, scratch, zeros, discard, 0);
  }
}

/** Ends a chunk: dw = Gᵀ·dU·G. */
export function winograd_backward_end_f32(
  dw: usize,
  h: usize,
  w: usize,
  cin: usize,
  cout: usize,
  scratch: usize,
): void {
  const pair = winogradFilterPairSize(cin, cout) << 2;
  filterGradient(dw, filterPairsOf(scratch, h, w, cin, cout), pair, cin, cout, scratch);
}

/** dw = Gᵀ·dU·G, one input channel after another. half: 18·COUT elements. */
// @inline
function filterGradient(dw: usize, du: usize, pair: usize, cin: usize, cout: usize, half: usize): void {
  const c4 = cout << 2;
  const tap = cin * c4;
  for (let i: usize = 0; i < cin; i++) {
    for (let nu: usize = 0; nu < 6; nu++) {
      const q = half + nu * c4;
      filterAdjoint(q, q + 6 * c4, q + 12 * c4, du + nu * pair + i * c4, 6 * pair, cout);
    }
    for (let r: usize = 0; r < 3; r++) {
      const q = dw + 3 * r * tap + i * c4;
      filterAdjoint(q, q + tap, q + 2 * tap, half + 6 * r * c4, c4, cout);
    }
  }
}
