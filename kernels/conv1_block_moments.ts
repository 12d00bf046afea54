// Means and covariances of the nine taps of a 3×3 convolution, from the sums of conv1_block_statistics.ts.
//
//   y[p] = b + Σ_a w[a]·patch[p,a]  has  mean(y) = b + Σ_a w[a]·μ[a],  var(y) = Σ_{a,b} w[a]·w[b]·Σ[a,b]
//   μ[a] = Σ_p patch[p,a] / P,  Σ[a,b] = Σ_p patch[p,a]·patch[p,b] / P − μ[a]·μ[b]
//
// partial  [⌈N/8⌉, 5, 9, 2] f64 as conv1_block_statistics.ts lays them out;  P = N·HW
// moments  [10, 9] f64: μ, then the rows of Σ
// Range: rows [from, to) of Σ.
// Numerics: f64: Σ loses (μ/σ)² of 2⁵³, so that at μ = 100 σ 12 digits stay. Chunks are summed in ascending order.
// Tested in test/kernels/conv1_block.test.ts and test/ops/conv1_block.test.ts.

import { chunksOf, GRAY_KINDS, TAPS } from "./abi/abi";
import { loadF64 } from "./shared/f64";

export function conv1_block_moments_f32(
  moments: usize,
  partial: usize,
  n: usize,
  hw: usize,
  from: usize,
  to: usize,
): void {
  const chunks = chunksOf(n);
  const pixels = <f64>(n * hw);
  for (let a = from; a < to; a++) {
    const mean = tapSum(partial, chunks, a) / pixels;
    store<f64>(moments + (a << 3), mean);
    for (let b: usize = 0; b < TAPS; b++) {
      const product = gram(partial, chunks, min(a, b), max(a, b)) / pixels;
      store<f64>(moments + ((TAPS * (a + 1) + b) << 3), product - (mean * tapSum(partial, chunks, b)) / pixels);
    }
  }
}

/** Σ patch[a]. */
function tapSum(partial: usize, chunks: usize, a: usize): f64 {
  const r = a / 3;
  return rowsSeen(partial, chunks, r, 6 + a - 3 * r);
}

/** Σ patch[a]·patch[b], a ≤ b. */
function gram(partial: usize, chunks: usize, a: usize, b: usize): f64 {
  const r = a / 3;
  const s = a - 3 * r;
  const down = b / 3 - r;
  const t = b - 3 * (r + down);
  if (down > 0) return total(partial, chunks, 2 + down, 3 * s + t);
  return rowsSeen(partial, chunks, r, ((s * (5 - s)) >> 1) + t);
}

/** Over the rows of pixels that row r of the window sees. */
function rowsSeen(partial: usize, chunks: usize, r: usize, index: usize): f64 {
  let sum = total(partial, chunks, 2, index);
  if (r < 2) sum += total(partial, chunks, 0, index);
  if (r > 0) sum += total(partial, chunks, 1, index);
  return sum;
}

/** One sum over all chunks. */
function total(partial: usize, chunks: usize, kind: usize, index: usize): f64 {
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let chunk: usize = 0; chunk < chunks; chunk++) {
    const at = ((chunk * GRAY_KINDS + kind) * TAPS + index) << 1;
    even += loadF64(partial, at);
    odd += loadF64(partial, at + 1);
  }
  return even + odd;
}
