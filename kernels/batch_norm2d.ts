// Batch normalisation over the channels of an image batch: forward. Backward: batch_norm2d_backward.ts.
//
//   y[p,c] = (x[p,c] − mean[c])·scale[c] + bias[c],   scale = γ/√(var + ε)
//
// x, y           [P, C], P = N·H·W pixels
// gamma, beta, runningMean, runningVar  [C]
// coefficients   [5, C] f32: mean, its rounding error, 1/√(var + ε), scale, bias. The mean is kept as
//                two floats, m + e, and e·scale taken off the bias: at mean = 100 σ one float would be
//                off by 6e-6 σ.
// added          [P, C], added to what is normalised, or 0 for nothing: a residual block's shortcut
// floor          0 where a ReLU follows, in the same pass; NaN where none does, since nothing is less than that
// partial        [⌈N/8⌉, 2, C4] f64: (mean, M2 = Σ (x − mean)²) of each chunk of 8 images,
//                C4 = C rounded up to 4, the lanes past C being undefined
//
// Training: statistics (batch_norm2d_statistics.ts) → merge (range: channels) → apply (range: pixels).
// Evaluation: running (range: channels) → apply. Any C; pixels are read 4 channels at a time.
// Numerics: chunks are merged in ascending order in f64, so that neither the cut of a range nor the number
// of threads changes a bit; an element of y then takes three roundings.
// Tested in test/kernels/batch_norm2d.test.ts, test/ops/batch_norm2d.test.ts and test/ops/winograd_block.test.ts.
// Source: Ioffe & Szegedy 2015, arXiv:1502.03167; Chan, Golub & LeVeque 1983 (merging).

import { CHUNK, wholeVectors } from "./abi/abi";
import { loadF64 } from "./shared/f64";
import { NORM_ROWS, norm } from "./shared/norm";
import { load4, loadF32, store4, storeF32, storeTail } from "./shared/simd";

/** The batch's statistics, merged; the running ones move toward them. Range: channels [from, to). */
export function batch_norm2d_merge_f32(
  coefficients: usize,
  runningMean: usize,
  runningVar: usize,
  partial: usize,
  gamma: usize,
  beta: usize,
  n: usize,
  hw: usize,
  c: usize,
  momentum: f64,
  eps: f64,
  from: usize,
  to: usize,
): void {
  const c4 = wholeVectors(c);
  for (let i = from; i < to; i++) {
    let count: f64 = 0;
    let mean: f64 = 0;
    let m2: f64 = 0;
    for (let image: usize = 0; image < n; image += CHUNK) {
      const chunk = partial + (((image / CHUNK) * 2 * c4) << 3);
      const more = <f64>(min(CHUNK, n - image) * hw);
      const delta = loadF64(chunk, i) - mean;
      mean += (delta * more) / (count + more);
      m2 += loadF64(chunk, c4 + i) + (delta * delta * count * more) / (count + more);
      count += more;
    }
    // Rounding may leave a little less than nothing, and files with a variance below 0 are refused.
    m2 = max<f64>(m2, 0);
    storeCoefficients(coefficients, i, c, mean, m2 / count, gamma, beta, eps);
    storeF32(runningMean, i, <f32>((1 - momentum) * <f64>loadF32(runningMean, i) + momentum * mean));
    storeF32(runningVar, i, <f32>((1 - momentum) * <f64>loadF32(runningVar, i) + (momentum * m2) / (count - 1)));
  }
}

/** The same from the running statistics. Range: channels [from, to). */
export function batch_norm2d_running_f32(
  coefficients: usize,
  runningMean: usize,
  runningVar: usize,
  gamma: usize,
  beta: usize,
  c: usize,
  eps: f64,
  from: usize,
  to: usize,
): void {
  for (let i = from; i < to; i++) {
    const mean = <f64>loadF32(runningMean, i);
    storeCoefficients(coefficients, i, c, mean, <f64>loadF32(runningVar, i), gamma, beta, eps);
  }
}

function storeCoefficients(
  coefficients: usize,
  i: usize,
  c: usize,
  mean: f64,
  variance: f64,
  gamma: usize,
  beta: usize,
  eps: f64,
): void {
  const high = <f32>mean;
  const low = mean - <f64>high;
  const inverse = 1 / Math.sqrt(variance + eps);
  const scale = <f64>loadF32(gamma, i) * inverse;
  storeF32(coefficients, i, high);
  storeF32(coefficients, c + i, <f32>low);
  storeF32(coefficients, 2 * c + i, <f32>inverse);
  storeF32(coefficients, 3 * c + i, <f32>scale);
  storeF32(coefficients, 4 * c + i, <f32>(<f64>loadF32(beta, i) - low * scale));
}

/** y = (x − mean)·scale + bias + added, where that is less than `floor` the floor. Range: pixels [from, to). */
export function batch_norm2d_f32(
  y: usize,
  x: usize,
  coefficients: usize,
  added: usize,
  c: usize,
  floor: f32,
  from: usize,
  to: usize,
): void {
  const step = c << 2;
  const fours = c & ~3;
  const least = f32x4.splat(floor);
  for (let p = from; p < to; p += NORM_ROWS) {
    const first = p * step;
    const end = first + min(NORM_ROWS, to - p) * step;
    for (let i: usize = 0; i < c; i += 4) {
      const mean = load4(coefficients, i);
      const scale = load4(coefficients, 3 * c + i);
      const bias = load4(coefficients, 4 * c + i);
      for (let at = first; at < end; at += step) {
        let value = norm(load4(x + at, i), mean, scale, bias);
        if (added) value = f32x4.add(value, load4(added + at, i));
        value = f32x4.pmax(value, least);
        if (i < fours) store4(y + at, i, value);
        else storeTail(y + at, i, c - i, value);
      }
    }
  }
}
