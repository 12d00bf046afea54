// Batch normalisation by the running statistics, folded into the convolution before it.
//
//   (b + Σ_a x[a]·w[a,o] − mean[o])·scale[o] + beta[o] = foldedB[o] + Σ_a x[a]·foldedW[a,o]
//   scale = gamma/√(var + eps),  foldedW[a,o] = w[a,o]·scale[o],  foldedB[o] = (b[o] − mean[o])·scale[o] + beta[o]
//
// w, foldedW  [K, C], K = KH·KW·CIN;  the others [C], b 0 for none.  Range: channels.
// Numerics: in f64, each result rounded once. Tested in test/kernels/fold_batch_norm2d.test.ts.
// Source: Jacob et al. 2018, arXiv:1712.05877, section 3.2.

import { loadF32, storeF32 } from "./shared/simd";

export function fold_batch_norm2d_f32(
  foldedW: usize,
  foldedB: usize,
  w: usize,
  b: usize,
  gamma: usize,
  beta: usize,
  mean: usize,
  variance: usize,
  k: usize,
  c: usize,
  eps: f64,
  from: usize,
  to: usize,
): void {
  for (let o = from; o < to; o++) {
    const scale = <f64>loadF32(gamma, o) / Math.sqrt(<f64>loadF32(variance, o) + eps);
    const bias: f64 = b ? <f64>loadF32(b, o) : 0;
    storeF32(foldedB, o, <f32>((bias - <f64>loadF32(mean, o)) * scale + <f64>loadF32(beta, o)));
    for (let i = o; i < k * c; i += c) storeF32(foldedW, i, <f32>(<f64>loadF32(w, i) * scale));
  }
}
