// Batch normalisation folded into the convolution before it: forward, and what backward makes of its sums.
//
//   y = b + Σ_a w[a]·patch[a],  scale = γ/√(var(y) + ε)
//   (y − mean(y))·scale + β = foldedB + Σ_a foldedW[a]·(patch[a] − m),  m = the mean pixel
//   foldedW[a] = scale·w[a],  foldedB = β − scale·Σ_a w[a]·(μ[a] − m)
//
// Backward, from T[a] = Σ dz·(patch[a] − m) and D = Σ dz over the places that gradients reach; with
// T'[a] = Σ dz·(patch[a] − μ[a]) = T[a] − (μ[a] − m)·D and inverse = scale/γ:
//   dβ = D,  dγ = Σ dz·ŷ = inverse·Σ_a w[a]·T'[a]
//   dw[a] = Σ dy·patch[a] = scale·(T'[a] − inverse·dγ·Σ_{a'} Σ[a,a']·w[a'])
// since dy = scale·(dz − D/P − ŷ·dγ/P) sums to 0 and mean(ŷ·(patch[a] − μ[a])) = inverse·Σ_{a'} Σ[a,a']·w[a'].
// For the same reason db = 0.
//
// w, foldedW, dw  [9, C];  b [C] or 0 for none;  gamma, beta, foldedB, dgamma, dbeta, runningMean, runningVar  [C]
// moments         [10, 9] f64: μ and Σ, as conv1_block_statistics.ts makes them
// normal          [2, C]: inverse, scale
// partial         [⌈N/8⌉, C, 12] f64: T[0] T[1] T[2] D T[3] T[4] T[5] – T[6] T[7] T[8] – of each chunk of 8 images
// Ranges: channels [from, to).
// Numerics: f64; each result is rounded once. Chunks are merged in ascending order.
// Tested in test/kernels/conv1_block.test.ts and test/ops/conv1_block.test.ts.

import { CHUNK, GRAY_SUMS, TAPS } from "./abi/abi";
import { loadF64 } from "./shared/f64";
import { centreOf } from "./shared/gray";
import { loadF32, storeF32 } from "./shared/simd";

export function conv1_block_fold_f32(
  foldedW: usize,
  foldedB: usize,
  normal: usize,
  runningMean: usize,
  runningVar: usize,
  moments: usize,
  w: usize,
  b: usize,
  gamma: usize,
  beta: usize,
  pixels: usize,
  c: usize,
  momentum: f64,
  eps: f64,
  from: usize,
  to: usize,
): void {
  const centre = <f64>centreOf(moments);
  for (let i = from; i < to; i++) {
    const bias: f64 = b ? <f64>loadF32(b, i) : 0;
    let mean = bias;
    let shift: f64 = 0;
    let variance: f64 = 0;
    for (let a: usize = 0; a < TAPS; a++) {
      const weight = <f64>loadF32(w, a * c + i);
      mean += weight * loadF64(moments, a);
      shift += weight * (loadF64(moments, a) - centre);
      variance += weight * covariance(moments, w, a, i, c);
    }
    // Rounding may leave it below 0. The bias has no effect on it, unless it is infinite or NaN, which has to show.
    variance = max<f64>(variance, 0) + (bias - bias);
    const inverse = 1 / Math.sqrt(variance + eps);
    const scale = <f64>loadF32(gamma, i) * inverse;
    for (let a: usize = 0; a < TAPS; a++) storeF32(foldedW, a * c + i, <f32>(scale * <f64>loadF32(w, a * c + i)));
    storeF32(foldedB, i, <f32>(<f64>loadF32(beta, i) - scale * shift));
    storeF32(normal, i, <f32>inverse);
    storeF32(normal, c + i, <f32>scale);
    const unbiased = (variance * <f64>pixels) / <f64>(pixels - 1);
    storeF32(runningMean, i, <f32>((1 - momentum) * <f64>loadF32(runningMean, i) + momentum * mean));
    storeF32(runningVar, i, <f32>((1 - momentum) * <f64>loadF32(runningVar, i) + momentum * unbiased));
  }
}

/** Σ_{a'} Σ[a,a']·w[a'], of channel i. */
function covariance(moments: usize, w: usize, a: usize, i: usize, c: usize): f64 {
  let sum: f64 = 0;
  for (let b: usize = 0; b < TAPS; b++) sum += loadF64(moments, TAPS * (a + 1) + b) * <f64>loadF32(w, b * c + i);
  return sum;
}

export function conv1_block_backward_fold_f32(
  dw: usize,
  dgamma: usize,
  dbeta: usize,
  partial: usize,
  moments: usize,
  w: usize,
  normal: usize,
  n: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const centre = <f64>centreOf(moments);
  for (let i = from; i < to; i++) {
    const inverse = <f64>loadF32(normal, i);
    const scale = <f64>loadF32(normal, c + i);
    const sum = total(partial, n, c, i, 3);
    let product: f64 = 0;
    for (let a: usize = 0; a < TAPS; a++) {
      product += <f64>loadF32(w, a * c + i) * centred(partial, n, c, i, a, moments, centre, sum);
    }
    const gradient = inverse * product;
    for (let a: usize = 0; a < TAPS; a++) {
      const along = inverse * gradient * covariance(moments, w, a, i, c);
      storeF32(dw, a * c + i, <f32>(scale * (centred(partial, n, c, i, a, moments, centre, sum) - along)));
    }
    storeF32(dgamma, i, <f32>gradient);
    storeF32(dbeta, i, <f32>sum);
  }
}

/** T'[a]. */
function centred(partial: usize, n: usize, c: usize, i: usize, a: usize, moments: usize, centre: f64, sum: f64): f64 {
  return total(partial, n, c, i, a + a / 3) - (loadF64(moments, a) - centre) * sum;
}

function total(partial: usize, n: usize, c: usize, i: usize, at: usize): f64 {
  let sum: f64 = 0;
  for (let chunk: usize = 0; chunk * CHUNK < n; chunk++) sum += loadF64(partial, (chunk * c + i) * GRAY_SUMS + at);
  return sum;
}
