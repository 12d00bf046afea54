// mean ← mean + (1 − decay)·(x − mean): an exponential moving average, element by element.
//
// mean, x  [size], any shape. share = 1 − decay. Range: elements [from, to). Numerics: a subtraction and one madd.
// Tested in test/optim/ema.test.ts, timed by bench/optimizers.bench.ts.

import { load4, madd, storeUpTo } from "./shared/simd";

export function ema_f32(mean: usize, x: usize, share: f32, from: usize, to: usize): void {
  const part = f32x4.splat(share);
  for (let i = from; i < to; i += 4) {
    const old = load4(mean, i);
    storeUpTo(mean, i, to, madd(part, f32x4.sub(load4(x, i), old), old));
  }
}
