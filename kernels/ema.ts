// mean ← mean + share·(p − mean): an exponential moving average of all parameters, in one launch.
//
// means  the means of all parameters, one behind another
// table  the parameters p, and the place of each in means: shared/parameters.ts, of which it reads neither gradient nor decay
// share  1 − decay
// Range: elements [from, to) of the concatenation. Numerics: a subtraction and one madd, each element on its own.
// Tested in test/optim/ema.test.ts, timed by bench/optimizers.bench.ts.

import { endWithin, firstOf, parameterOf, startWithin } from "./shared/parameters";
import { load4, madd, storeUpTo } from "./shared/simd";

export function ema_f32(means: usize, table: usize, rows: usize, share: f32, from: usize, to: usize): void {
  const part = f32x4.splat(share);
  for (let row: usize = 0; row < rows; row++) {
    const p = parameterOf(table, row);
    const mean = means + (firstOf(table, row) << 2);
    const end = endWithin(table, row, to);
    for (let i = startWithin(table, row, from); i < end; i += 4) {
      const old = load4(mean, i);
      storeUpTo(mean, i, end, madd(part, f32x4.sub(load4(p, i), old), old));
    }
  }
}
