// One step of Adam or AdamW, as PyTorch defines them.
//
//   d = g + l2·p                         Adam's weight decay: part of the gradient
//   m ← β₁·m + (1 − β₁)·d
//   v ← β₂·v + (1 − β₂)·d²
//   p ← p·shrink − stepSize·m / (√v·vScale + ε)
//
// stepSize = lr/(1 − β₁ᵗ) and vScale = 1/√(1 − β₂ᵗ) correct the moments' start at zero;
// shrink = 1 − lr·decay is AdamW's decoupled decay. Adam has shrink = 1, AdamW l2 = 0.
//
// p, m, v, g  [size]. Range: elements [from, to).
// Numerics: one madd a term, one square root, one division. Tested in test/optim/adam.test.ts against PyTorch.
// Source: Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.

import { load4, madd, store4, storeTail } from "./shared/simd";

export function adam_f32(
  p: usize,
  m: usize,
  v: usize,
  g: usize,
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
  const decay = f32x4.splat(l2);
  const shrinkage = f32x4.splat(shrink);
  for (let i = from; i < to; i += 4) {
    const weights = load4(p, i);
    const d = madd(decay, weights, load4(g, i));
    const first = madd(a1, d, f32x4.mul(b1, load4(m, i)));
    const second = madd(f32x4.mul(a2, d), d, f32x4.mul(b2, load4(v, i)));
    const quotient = f32x4.div(first, madd(f32x4.sqrt(second), scale, eps));
    const stepped = madd(minusStep, quotient, f32x4.mul(weights, shrinkage));
    if (i + 4 <= to) {
      store4(m, i, first);
      store4(v, i, second);
      store4(p, i, stepped);
    } else {
      storeTail(m, i, to - i, first);
      storeTail(v, i, to - i, second);
      storeTail(p, i, to - i, stepped);
    }
  }
}
