// One step of stochastic gradient descent, as PyTorch defines it, for all parameters in one launch.
//
//   d = g + decay·p, or g where the table says that the parameter does not decay
//   sgd_f32           p ← p − lr·d
//   sgd_momentum_f32  m ← momentum·m + d;  p ← p − lr·(nesterov ? d + momentum·m : m)
//
// m      the moments of all parameters, one behind another; they start at zero
// table  p and g of each parameter that has a gradient, and its place in m: shared/parameters.ts
// Range: elements [from, to) of the concatenation; those of parameters that the table lacks stay as they are.
// Numerics: one madd a term, each element on its own. Tested in test/optim/sgd.test.ts against PyTorch.
// Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning.

import { decayOf, endWithin, firstOf, gradientOf, parameterOf, startWithin } from "./shared/parameters";
import { load4, madd, store4, storeTail, storeUpTo } from "./shared/simd";

export function sgd_f32(table: usize, rows: usize, lr: f32, decay: f32, from: usize, to: usize): void {
  const minusLr = f32x4.splat(-lr);
  for (let row: usize = 0; row < rows; row++) {
    const p = parameterOf(table, row);
    const g = gradientOf(table, row);
    const weightDecay = f32x4.splat(decayOf(table, row, decay, 0));
    const end = endWithin(table, row, to);
    for (let i = startWithin(table, row, from); i < end; i += 4) {
      const weights = load4(p, i);
      const d = madd(weightDecay, weights, load4(g, i));
      storeUpTo(p, i, end, madd(minusLr, d, weights));
    }
  }
}

export function sgd_momentum_f32(
  m: usize,
  table: usize,
  rows: usize,
  lr: f32,
  momentum: f32,
  decay: f32,
  nesterov: usize,
  from: usize,
  to: usize,
): void {
  const minusLr = f32x4.splat(-lr);
  const rate = f32x4.splat(momentum);
  for (let row: usize = 0; row < rows; row++) {
    const p = parameterOf(table, row);
    const g = gradientOf(table, row);
    const ownM = m + (firstOf(table, row) << 2);
    const weightDecay = f32x4.splat(decayOf(table, row, decay, 0));
    const end = endWithin(table, row, to);
    for (let i = startWithin(table, row, from); i < end; i += 4) {
      const weights = load4(p, i);
      const d = madd(weightDecay, weights, load4(g, i));
      const velocity = madd(rate, load4(ownM, i), d);
      const direction = nesterov ? madd(rate, velocity, d) : velocity;
      const stepped = madd(minusLr, direction, weights);
      if (i + 4 <= end) {
        store4(ownM, i, velocity);
        store4(p, i, stepped);
      } else {
        storeTail(ownM, i, end - i, velocity);
        storeTail(p, i, end - i, stepped);
      }
    }
  }
}
