// A block of a network in training: Winograd convolution, batch normalisation, and nothing more, or ReLU, or ReLU and
// 2×2 max pooling, or ReLU and the mean over the map. What follows the convolution is done while a group's activations are still in the cache.
//
// Forward: conv (here) → batch_norm2d_merge → batch_norm2d, norm_relu_max_pool2d or norm_relu_mean.
// Backward: the sums of dz → batch_norm2d_backward_merge → winograd_block_backward (here), which makes dy a group
// at a time in scratch and never stores it whole.
//
// y        [N, H, W, COUT], the convolution's result;  partial as batch_norm2d_statistics.ts makes it
// dz       [N, H/2, W/2, COUT] with argmax (norm_relu_max_pool2d.ts); or argmax = 0, and [N, COUT] with isMean = 1
//          (norm_relu_mean.ts), or [N, H, W, COUT] with floor (batch_norm2d_backward.ts)
// The rest as in winograd.ts and winograd_backward.ts. Ranges: chunks of 8 images.
// scratch  winogradScratch(h, w, cin, cout) elements forward, winogradBlockScratch backward
// Numerics: as the kernels it is made of, to the bit, but for the blocks of pixels whose statistics are merged:
// they restart with each group.
// Tested in test/ops/winograd_block.test.ts; its parts in separate tests.

import { CHUNK, TAPS, winogradGroup, winogradScratch } from "./abi/abi";
import { batch_norm2d_backward_input_f32 } from "./batch_norm2d_backward";
import { batch_norm2d_add_statistics_f32 } from "./batch_norm2d_statistics";
import { norm_relu_max_pool2d_backward_f32 } from "./norm_relu_max_pool2d";
import { norm_relu_mean_backward_f32 } from "./norm_relu_mean";
import { winograd_f32 } from "./winograd";
import { winograd_backward_end_f32, winograd_backward_group_f32 } from "./winograd_backward";

export function winograd_block_f32(
  y: usize,
  partial: usize,
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
  const map = (h * w * cout) << 2;
  const size = (2 * cout) << 3;
  for (let chunk = from; chunk < to; chunk++) {
    const statistics = partial + chunk * size;
    memory.fill(statistics, 0, size);
    const start = chunk * CHUNK;
    const end = min(n, start + CHUNK);
    for (let first = start; first < end; first += group) {
      winograd_f32(y, x, u, bias, n, h, w, cin, cout, scratch, first / group, first / group + 1);
      const pixels = min(group, end - first) * h * w;
      batch_norm2d_add_statistics_f32(statistics, y + first * map, (first - start) * h * w, pixels, cout);
    }
  }
}

export function winograd_block_backward_f32(
  dx: usize,
  onto: usize,
  dwChunks: usize,
  dz: usize,
  argmax: usize,
  y: usize,
  coefficients: usize,
  slopes: usize,
  x: usize,
  ut: usize,
  isMean: usize,
  floor: f32,
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
  const pixels = h * w;
  const outputs: usize = argmax ? pixels >> 2 : isMean ? 1 : pixels;
  const dy = scratch + (winogradScratch(h, w, cin, cout) << 2);
  for (let chunk = from; chunk < to; chunk++) {
    const end = min(n, (chunk + 1) * CHUNK);
    for (let first = chunk * CHUNK; first < end; first += group) {
      const images = min(group, end - first);
      const at = first * outputs * cout;
      const map = y + ((first * pixels * cout) << 2);
      if (argmax) {
        norm_relu_max_pool2d_backward_f32(
          dy,
          dz + (at << 2),
          argmax + at,
          map,
          coefficients,
          slopes,
          h,
          w,
          cout,
          0,
          images,
        );
      } else if (isMean) {
        norm_relu_mean_backward_f32(dy, dz + (at << 2), map, coefficients, slopes, pixels, cout, 0, images);
      } else {
        const count = images * pixels;
        batch_norm2d_backward_input_f32(dy, dz + (at << 2), map, coefficients, slopes, cout, floor, 0, count);
      }
      const input = (first * pixels * cin) << 2;
      winograd_backward_group_f32(
        dx ? dx + input : 0,
        onto,
        dwChunks,
        first === chunk * CHUNK ? 1 : 0,
        dy,
        x + input,
        ut,
        images,
        h,
        w,
        cin,
        cout,
        scratch,
      );
    }
    if (dwChunks) winograd_backward_end_f32(dwChunks + ((chunk * TAPS * cin * cout) << 2), h, w, cin, cout, scratch);
  }
}
