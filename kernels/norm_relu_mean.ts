// Batch normalisation, ReLU and the mean over each image in one pass: what follows a network's last convolution.
//
//   v = (y − mean)·scale + bias;  z[n,c] = (1/P)·Σ max(v, 0) over the P pixels of image n
//   dy = scale·dv + slope·(y − mean) + shift,  dv = dz/P where v > 0
//
// y, dy         [N, P, C];  z, dz  [N, C];  C a multiple of 4
// live          [2, N, C]: how many pixels have v > 0, and Σ (y − m) over them: with dz, the sums that the
//               backward pass needs
// coefficients  [5, C] of batch_norm2d.ts, m its first row; slopes [2, C] of batch_norm2d_backward.ts
// partial       [⌈N/8⌉, 2, C] f64: (Σ dv, Σ dv·(y − m)) of each chunk of 8 images
//
// Ranges: forward and backward: images; sums: chunks.
// Numerics: one accumulator an element, pixels ascending, images ascending in f64: no cut of a range changes a
// bit. Error of z ≤ γ(P)·mean(max(v, 0)). NaN gives NaN.
// Tested in test/kernels/norm_relu_mean.test.ts and test/ops/winograd_block.test.ts.

import { CHUNK } from "./abi/abi";
import { highF64, load2F64, lowF64, store2F64 } from "./shared/f64";
import { norm, normGradient } from "./shared/norm";
import { load4, splat, store4, zero4 } from "./shared/simd";

const ONE = memory.data<f32>([1]);

export function norm_relu_mean_f32(
  z: usize,
  live: usize,
  y: usize,
  coefficients: usize,
  n: usize,
  pixels: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const one = splat(ONE, 0);
  const inverse = f32x4.splat(1 / <f32>pixels);
  const step = c << 2;
  for (let image = from; image < to; image++) {
    const map = y + image * pixels * step;
    const end = map + pixels * step;
    const sums = z + image * step;
    const counts = live + image * step;
    const moments = counts + n * step;
    for (let i: usize = 0; i < c; i += 4) {
      const mean = load4(coefficients, i);
      const scale = load4(coefficients, 3 * c + i);
      const bias = load4(coefficients, 4 * c + i);
      let sum = zero4();
      let count = sum;
      let centred = sum;
      for (let at = map; at < end; at += step) {
        const value = load4(at, i);
        const v = norm(value, mean, scale, bias);
        const isLive = f32x4.gt(v, zero4());
        sum = f32x4.add(sum, f32x4.pmax(v, zero4()));
        count = f32x4.add(count, v128.and(isLive, one));
        centred = f32x4.add(centred, v128.and(isLive, f32x4.sub(value, mean)));
      }
      store4(sums, i, f32x4.mul(sum, inverse));
      store4(counts, i, count);
      store4(moments, i, centred);
    }
  }
}

export function norm_relu_mean_backward_sums_f32(
  partial: usize,
  dz: usize,
  live: usize,
  n: usize,
  pixels: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const inverse = f64x2.splat(1 / <f64>pixels);
  for (let chunk = from; chunk < to; chunk++) {
    const sums = partial + ((chunk * 2 * c) << 3);
    memory.fill(sums, 0, (2 * c) << 3);
    const end = min(n, (chunk + 1) * CHUNK) * c;
    for (let image = chunk * CHUNK * c; image < end; image += c) {
      for (let i: usize = 0; i < c; i += 4) {
        const d = load4(dz, image + i);
        const low = f64x2.mul(lowF64(d), inverse);
        const high = f64x2.mul(highF64(d), inverse);
        addProducts(sums, i, low, high, load4(live, image + i));
        addProducts(sums, c + i, low, high, load4(live, n * c + image + i));
      }
    }
  }
}

// @inline
function addProducts(sums: usize, i: usize, low: v128, high: v128, factor: v128): void {
  store2F64(sums, i, f64x2.add(load2F64(sums, i), f64x2.mul(low, lowF64(factor))));
  store2F64(sums, i + 2, f64x2.add(load2F64(sums, i + 2), f64x2.mul(high, highF64(factor))));
}

export function norm_relu_mean_backward_f32(
  dy: usize,
  dz: usize,
  y: usize,
  coefficients: usize,
  slopes: usize,
  pixels: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const inverse = f32x4.splat(1 / <f32>pixels);
  const step = c << 2;
  for (let image = from; image < to; image++) {
    const first = image * pixels * step;
    const end = first + pixels * step;
    for (let i: usize = 0; i < c; i += 4) {
      const mean = load4(coefficients, i);
      const scale = load4(coefficients, 3 * c + i);
      const bias = load4(coefficients, 4 * c + i);
      const slope = load4(slopes, i);
      const shift = load4(slopes, c + i);
      const d = f32x4.mul(load4(dz, image * c + i), inverse);
      for (let at = first; at < end; at += step) {
        const value = load4(y + at, i);
        const isLive = f32x4.gt(norm(value, mean, scale, bias), zero4());
        store4(dy + at, i, normGradient(v128.and(d, isLive), value, mean, scale, slope, shift));
      }
    }
  }
}
