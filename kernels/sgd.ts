// One step of stochastic gradient descent, as PyTorch defines it.
//
//   d = g + decay·p
//   sgd_f32           p ← p − lr·d
//   sgd_momentum_f32  m ← momentum·m + d;  p ← p − lr·(nesterov ? d + momentum·m : m)
//
// p, m, g  [size]; m starts at zero. Range: elements [from, to).
// Numerics: one madd a term. Tested in test/optim/sgd.test.ts against PyTorch.
// Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning.

import { load4, madd, store4, storeTail } from "./shared/simd";

export function sgd_f32(p: usize, g: usize, lr: f32, decay: f32, from: usize, to: usize): void {
  const minusLr = f32x4.splat(-lr);
  const weightDecay = f32x4.splat(decay);
  for (let i = from; i < to; i += 4) {
    const weights = load4(p, i);
    const d = madd(weightDecay, weights, load4(g, i));
    storeUpTo(p, i, to, madd(minusLr, d, weights));
  }
}

export function sgd_momentum_f32(
  p: usize,
  m: usize,
  g: usize,
  lr: f32,
  momentum: f32,
  decay: f32,
  nesterov: usize,
  from: usize,
  to: usize,
): void {
  const minusLr = f32x4.splat(-lr);
  const rate = f32x4.splat(momentum);
  const weightDecay = f32x4.splat(decay);
  for (let i = from; i < to; i += 4) {
    const weights = load4(p, i);
    const d = madd(weightDecay, weights, load4(g, i));
    const velocity = madd(rate, load4(m, i), d);
    const direction = nesterov ? madd(rate, velocity, d) : velocity;
    storeUpTo(m, i, to, velocity);
    storeUpTo(p, i, to, madd(minusLr, direction, weights));
  }
}

function storeUpTo(y: usize, i: usize, to: usize, value: v128): void {
  if (i + 4 <= to) store4(y, i, value);
  else storeTail(y, i, to - i, value);
}
