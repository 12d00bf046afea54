// References of optimizers in f64: one step of one number, or for Muon of one matrix; and of clipping and averages.

import { all64, array64, type Operand64, sumTolerance } from "./array64.ts";
import { matmul64, transpose64 } from "./ops64.ts";

interface Sgd64 {
  lr: number;
  momentum?: number;
  weightDecay?: number;
  nesterov?: boolean;
}

/** d = g + λ·p; m ← μ·m + d; p ← p − lr·m, or p − lr·(d + μ·m) by Nesterov. */
export function sgdStep64(
  { p, m }: { p: number; m: number },
  g: number,
  { lr, momentum = 0, weightDecay = 0, nesterov = false }: Sgd64,
): { p: number; m: number } {
  const d = g + weightDecay * p;
  const velocity = momentum * m + d;
  return { p: p - lr * (nesterov ? d + momentum * velocity : velocity), m: velocity };
}

interface Adam64 {
  lr: number;
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  /** AdamW's weight decay, which does not go through the moments. */
  isDecoupled?: boolean;
}

/** m ← β₁·m + (1 − β₁)·d, v ← β₂·v + (1 − β₂)·d²; p ← p − lr·m̂/(√v̂ + ε). @param t which step it is, from 1 on */
export function adamStep64(
  { p, m, v }: { p: number; m: number; v: number },
  g: number,
  t: number,
  { lr, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0, isDecoupled = false }: Adam64,
): { p: number; m: number; v: number } {
  const d = isDecoupled ? g : g + weightDecay * p;
  const [mean, square] = [beta1 * m + (1 - beta1) * d, beta2 * v + (1 - beta2) * d * d];
  const kept = isDecoupled ? p * (1 - lr * weightDecay) : p;
  const step = (lr * mean) / (1 - beta1 ** t) / (Math.sqrt(square / (1 - beta2 ** t)) + eps);
  return { p: kept - step, m: mean, v: square };
}

interface Muon64 {
  lr: number;
  momentum: number;
  weightDecay: number;
}

/** m ← μ·m + g; p ← p·(1 − lr·λ) − lr·0.2·√max(M, N)·orthogonal(g + μ·m), all of them [M, N]. */
export function muonStep64(
  { p, m }: Record<"p" | "m", Operand64>,
  g: Operand64,
  { lr, momentum, weightDecay }: Muon64,
): Record<"p" | "m", Operand64> {
  const { shape } = p;
  const velocity = array64(shape, (i) => momentum * m.data[i] + g.data[i]);
  const direction = orthogonal64(array64(shape, (i) => g.data[i] + momentum * velocity.data[i])).data;
  const length = 0.2 * Math.sqrt(Math.max(...shape));
  return {
    p: array64(shape, (i) => p.data[i] * (1 - lr * weightDecay) - lr * length * direction[i]),
    m: velocity,
  };
}

/**
 * Newton and Schulz's iteration: y ← (a + b·(y·yᵀ) + c·(y·yᵀ)²)·y from x/‖x‖ on, five times, on x [m, n] as wide as it is high
 * or wider; else on its transpose.
 */
export function orthogonal64(x: Operand64): Operand64 {
  const [m, n] = x.shape;
  const turned = (a: Operand64): Operand64 => all64(transpose64()(a));
  if (m > n) return turned(orthogonal64(turned(x)));
  const norm = norm64(x.data);
  let y: Operand64 = array64(x.shape, (i) => x.data[i] / norm);
  for (let step = 0; step < 5; step++) {
    const s = all64(matmul64(y, turned(y)));
    const squared = matmul64(s, s);
    const factor = array64(
      s.shape,
      (i) => (i % (m + 1) === 0 ? 3.4445 : 0) - 4.775 * s.data[i] + 2.0315 * squared.at(i),
    );
    y = all64(matmul64(factor, y));
  }
  return y;
}

/** The relative error that rounding may leave in it: each step may enlarge what came in by its derivative at 0, and adds three sums' worth. */
export function orthogonalTolerance(m: number, n: number): number {
  const perStep = (3 * sumTolerance(1, Math.max(m, n))) / Math.max(m, n);
  return [0, 1, 2, 3, 4].reduce((sum, steps) => sum + perStep * 3.4445 ** steps, 0);
}

export function norm64(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] * values[i];
  return Math.sqrt(total);
}

/** The gradient g, clipped together with others: ‖all‖ = norm. */
export function clip64(g: number, norm: number, maxNorm: number): number {
  return g * Math.min(1, maxNorm / (norm + 1e-6));
}

/** mean ← mean + (1 − d)·(p − mean), d = min(decay, (1 + t)/(10 + t)). @param t which update it is, from 1 on */
export function emaStep64(mean: number, p: number, t: number, decay: number): number {
  return mean + (1 - Math.min(decay, (1 + t) / (10 + t))) * (p - mean);
}
