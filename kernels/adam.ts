// One step of Adam or AdamW, as PyTorch defines them, for all parameters in one launch.
//
//   d = g + l2·p                         Adam's weight decay: part of the gradient
//   m ← β₁·m + (1 − β₁)·d
//   v ← β₂·v + (1 − β₂)·d²
//   p ← p·shrink − stepSize·m / (√v·vScale + ε)
//
// stepSize = lr/(1 − β₁ᵗ) and vScale = 1/√(1 − β₂ᵗ) correct the moments' start at zero;
// shrink = 1 − lr·decay is AdamW's decoupled decay. Adam has shrink = 1, AdamW l2 = 0; so have both where the table says
// that a parameter does not decay.
//
// m, v   the moments of all parameters, one behind another
// table  p and g of each parameter that has a gradient, and its place in m and v: shared/parameters.ts
// Range: elements [from, to) of the concatenation; those of parameters that the table lacks stay as they are.
// Numerics: one madd a term, one square root, one division, each element on its own. Tested in test/optim/adam.test.ts
// against PyTorch. Source: Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.

import { decayOf, endWithin, firstOf, gradientOf, parameterOf, startWithin } from "./shared/parameters";
import { load4, madd, store4, storeTail } from "./shared/simd";

export function adam_f32(
  m: usize,
  v: usize,
  table: usize,
  rows: usize,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  stepSize: f32,
  vScale: f32,
  epsilon: f32,
  l2: f32,
  shrink: f32,
  from: usize,
  to: usize,
): void {
  const b1 = f32x4.splat(beta1);
  const a1 = f32x4.splat(oneMinusBeta1);
  const b2 = f32x4.splat(beta2);
  const a2 = f32x4.splat(oneMinusBeta2);
  const minusStep = f32x4.splat(-stepSize);
  const scale = f32x4.splat(vScale);
  const eps = f32x4.splat(epsilon);
  for (let row: usize = 0; row < rows; row++) {
    const p = parameterOf(table, row);
    const g = gradientOf(table, row);
    const decay = f32x4.splat(decayOf(table, row, l2, 0));
    const shrinkage = f32x4.splat(decayOf(table, row, shrink, 1));
    const moments = firstOf(table, row) << 2;
    const ownM = m + moments;
    const ownV = v + moments;
    const end = endWithin(table, row, to);
    for (let i = startWithin(table, row, from); i < end; i += 4) {
      const weights = load4(p, i);
      const d = madd(decay, weights, load4(g, i));
      const mean = madd(a1, d, f32x4.mul(b1, load4(ownM, i)));
      const square = madd(f32x4.mul(a2, d), d, f32x4.mul(b2, load4(ownV, i)));
      const quotient = f32x4.div(mean, madd(f32x4.sqrt(square), scale, eps));
      const stepped = madd(minusStep, quotient, f32x4.mul(weights, shrinkage));
      if (i + 4 <= end) {
        store4(ownM, i, mean);
        store4(ownV, i, square);
        store4(p, i, stepped);
      } else {
        storeTail(ownM, i, end - i, mean);
        storeTail(ownV, i, end - i, square);
        storeTail(p, i, end - i, stepped);
      }
    }
  }
}
