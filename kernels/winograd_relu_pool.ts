// A block of a network in evaluation, batch normalisation being folded into w and bias (fold_batch_norm2d.ts): 3×3
// convolution by Winograd, ReLU, then 2×2 max pooling or the mean over the map.
//
//   y = x ⋆ w + bias;  z[n,i,j,o] = max(0, y[n, 2i+r, 2j+s, o] for r, s in {0, 1})
//                  or  z[n,o]     = Σ max(0, y[n,·,·,o]) / (H·W)
//
// x, u, bias and ranges (groups of images) as in winograd.ts;  z  [N, ⌊H/2⌋, ⌊W/2⌋, COUT], or [N, COUT]
// y is a group's only, in scratch: it is pooled while it is still in the cache, and never stored whole.
// scratch  winogradBlockScratch(h, w, cin, cout) elements
// Numerics: the bits of winograd_f32, relu_f32 and max_pool2d_f32 or avg_pool2d_f32 one after another.
// Tested in test/kernels/winograd_relu_pool.test.ts, timed by bench/blocks.bench.ts.

import { winogradGroup, winogradScratch } from "./abi/abi";
import { load4, store4, zero4 } from "./shared/simd";
import { winograd_f32 } from "./winograd";

export function winograd_relu_max_pool2d_f32(
  z: usize,
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
  const y = scratch + (winogradScratch(h, w, cin, cout) << 2);
  const map = (h * w * cout) << 2;
  const pooled = ((h >> 1) * (w >> 1) * cout) << 2;
  for (let g = from; g < to; g++) {
    const first = g * group;
    const images = min(group, n - first);
    winograd_f32(y, x + ((first * h * w * cin) << 2), u, bias, images, h, w, cin, cout, scratch, 0, 1);
    for (let i: usize = 0; i < images; i++) reluMaxPool(z + (first + i) * pooled, y + i * map, h, w, cout);
  }
}

export function winograd_relu_mean_f32(
  z: usize,
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
  const y = scratch + (winogradScratch(h, w, cin, cout) << 2);
  const map = (h * w * cout) << 2;
  for (let g = from; g < to; g++) {
    const first = g * group;
    const images = min(group, n - first);
    winograd_f32(y, x + ((first * h * w * cin) << 2), u, bias, images, h, w, cin, cout, scratch, 0, 1);
    for (let i: usize = 0; i < images; i++) reluMean(z + (((first + i) * cout) << 2), y + i * map, h * w, cout);
  }
}

/** z [⌊h/2⌋, ⌊w/2⌋, c] of one map y [h, w, c]; c is a multiple of 4. */
function reluMaxPool(z: usize, y: usize, h: usize, w: usize, c: usize): void {
  const zero = zero4();
  const row = w * c;
  for (let i: usize = 0; i + 2 <= h; i += 2) {
    for (let j: usize = 0; j + 2 <= w; j += 2) {
      const window = y + ((i * row + j * c) << 2);
      for (let o: usize = 0; o < c; o += 4) {
        const upper = f32x4.max(load4(window, o), load4(window, c + o));
        const lower = f32x4.max(load4(window, row + o), load4(window, row + c + o));
        store4(z, o, f32x4.max(f32x4.max(upper, lower), zero));
      }
      z += c << 2;
    }
  }
}

/** z [c] of one map y [pixels, c]. */
function reluMean(z: usize, y: usize, pixels: usize, c: usize): void {
  const zero = zero4();
  const places = f32x4.splat(<f32>pixels);
  for (let o: usize = 0; o < c; o += 4) {
    let sum = zero;
    for (let i: usize = 0; i < pixels; i++) sum = f32x4.add(sum, f32x4.max(load4(y, i * c + o), zero));
    store4(z, o, f32x4.div(sum, places));
  }
}
