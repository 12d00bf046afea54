// Batch normalisation over the channels of an image batch: forward. Backward: batch_norm2d_backward.ts.
//
//   y[p,c] = (x[p,c] − mean[c])·scale[c] + bias[c],   scale = γ/√(var + ε)
//
// x, y           [P, C], P = N·H·W pixels
// gamma, beta, runningMean, runningVar  [C]
// coefficients   [5, C] f32: mean, its rounding error, 1/√(var + ε), scale, bias. The mean is kept as
//                two floats, m + e, and e·scale taken off the bias: at mean = 100 σ one float would be
//                off by 6e-6 σ.
// partial        [⌈N/8⌉, 2, C4] f64: (mean, M2 = Σ (x − mean)²) of each chunk of 8 images,
//                C4 = C rounded up to 4, the lanes past C being undefined
//
// Training: statistics (range: chunks) → merge (range: channels) → apply (range: pixels).
// Evaluation: running (range: channels) → apply. Any C; pixels are read 4 channels at a time.
// Numerics: a chunk is taken in blocks of 32 pixels, which stay in L1 for two passes: a mean in f32,
// then Σd and Σd² of d = x − mean, which correct it. Blocks, then chunks, are merged in ascending order
// in f64. So nothing cancels, and neither the cut of a range nor the number of threads changes a bit.
// Tested in test/kernels/batch_norm2d.test.ts and test/ops/batch_norm2d.test.ts.
// Source: Ioffe & Szegedy 2015, arXiv:1502.03167; Chan, Golub & LeVeque 1983 (merging).

import { highF64, load2F64, loadF64, lowF64, store2F64 } from "./shared/f64";
import { load4, loadF32, madd, store4, storeF32, storeTail, zero4 } from "./shared/simd";

/** Images whose statistics are one partial result. */
const CHUNK: usize = 8;
/** Pixels summed in f32 before they are merged in f64. */
const BLOCK: usize = 32;

/** Range: chunks [from, to) of 8 images of hw pixels. */
export function batch_norm2d_statistics_f32(
  partial: usize,
  x: usize,
  n: usize,
  hw: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const c4 = (c + 3) & ~3;
  for (let chunk = from; chunk < to; chunk++) {
    const pixels = min(CHUNK, n - chunk * CHUNK) * hw;
    const images = x + ((chunk * CHUNK * hw * c) << 2);
    const mean = partial + ((chunk * 2 * c4) << 3);
    memory.fill(mean, 0, (2 * c4) << 3);
    for (let p: usize = 0; p < pixels; p += BLOCK) {
      const block = images + ((p * c) << 2);
      for (let i: usize = 0; i < c; i += 4) {
        mergeBlock(mean, i, c4, p, block + (i << 2), c, min(BLOCK, pixels - p));
      }
    }
  }
}

/** Merges `count` pixels, from `x` on, into the mean and M2 of the `before` pixels ahead of them. */
function mergeBlock(mean: usize, i: usize, c4: usize, before: usize, x: usize, c: usize, count: usize): void {
  // Four pixels side by side, so that one addition need not wait for the last.
  const fours = count & ~3;
  let s0 = zero4();
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let p: usize = 0;
  for (; p < fours; p += 4) {
    s0 = f32x4.add(s0, load4(x, p * c));
    s1 = f32x4.add(s1, load4(x, (p + 1) * c));
    s2 = f32x4.add(s2, load4(x, (p + 2) * c));
    s3 = f32x4.add(s3, load4(x, (p + 3) * c));
  }
  for (; p < count; p++) s0 = f32x4.add(s0, load4(x, p * c));
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const m = f32x4.div(sum, f32x4.splat(<f32>count));

  let d0 = zero4();
  let d1 = d0;
  let q0 = d0;
  let q1 = d0;
  for (p = 0; p + 2 <= count; p += 2) {
    const a = f32x4.sub(load4(x, p * c), m);
    const b = f32x4.sub(load4(x, (p + 1) * c), m);
    d0 = f32x4.add(d0, a);
    d1 = f32x4.add(d1, b);
    q0 = madd(a, a, q0);
    q1 = madd(b, b, q1);
  }
  if (p < count) {
    const a = f32x4.sub(load4(x, p * c), m);
    d0 = f32x4.add(d0, a);
    q0 = madd(a, a, q0);
  }
  const d = f32x4.add(d0, d1);
  const q = f32x4.add(q0, q1);
  mergeLanes(mean, i, c4, <f64>before, <f64>count, lowF64(m), lowF64(d), lowF64(q));
  mergeLanes(mean, i + 2, c4, <f64>before, <f64>count, highF64(m), highF64(d), highF64(q));
}

/** Two channels: (mean, M2) of `a` pixels, and of `b` more given as m, d = Σ (x − m), q = Σ (x − m)². */
function mergeLanes(mean: usize, i: usize, c4: usize, a: f64, b: f64, m: v128, d: v128, q: v128): void {
  const correction = f64x2.mul(d, f64x2.splat(1 / b));
  const blockMean = f64x2.add(m, correction);
  const blockM2 = f64x2.sub(q, f64x2.mul(d, correction));
  const old = load2F64(mean, i);
  const delta = f64x2.sub(blockMean, old);
  const share = f64x2.mul(delta, f64x2.splat(b / (a + b)));
  store2F64(mean, i, f64x2.add(old, share));
  const between = f64x2.mul(f64x2.mul(delta, share), f64x2.splat(a));
  store2F64(mean, c4 + i, f64x2.add(load2F64(mean, c4 + i), f64x2.add(blockM2, between)));
}

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
  const c4 = (c + 3) & ~3;
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

/** y = (x − mean)·scale + bias. Range: pixels [from, to). */
export function batch_norm2d_f32(y: usize, x: usize, coefficients: usize, c: usize, from: usize, to: usize): void {
  for (let p = from; p < to; p++) {
    const at = p * c;
    for (let i: usize = 0; i < c; i += 4) {
      const d = f32x4.sub(load4(x, at + i), load4(coefficients, i));
      const value = madd(d, load4(coefficients, 3 * c + i), load4(coefficients, 4 * c + i));
      if (i + 4 <= c) store4(y, at + i, value);
      else storeTail(y, at + i, c - i, value);
    }
  }
}
