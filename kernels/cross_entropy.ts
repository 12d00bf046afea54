// Softmax, logarithm and the loss in one, without storing the probabilities. With d = x − max(x) along a
// row, S = Σ e^d, C classes, label l and smoothing ε:
//
//   loss  = ln S − (1 − ε)·d_l − (ε/C)·Σ d
//   dx_c  = (dy/divisor)·(e^{d_c}/S − ε/C − (1 − ε)·[c = l])
//
// loss [rows];  x, dx [rows, classes];  labels [rows] i32 in 0 … classes − 1, which the op checks;
// dy [rows] when dyStep is 1, one number for all when it is 0. Range: rows [from, to).
// Numerics: every term is ≥ 0 (d ≤ 0), so nothing cancels; sums as in softmax/rows.ts.
// The backward pass computes e^d again: cheaper than keeping the probabilities, for few classes.
// Tested in test/ops/cross_entropy.test.ts.

import { exp4, log4 } from "./shared/math";
import { addLanes, laneMask, load4, loadF32, storeF32, storeUpTo, zero4 } from "./shared/simd";
import { rowMax, rowSumExp } from "./softmax/rows";

const LANES = memory.data<i32>([0, 1, 2, 3, 4]);

export function cross_entropy_f32(
  loss: usize,
  x: usize,
  labels: usize,
  classes: usize,
  smoothing: f32,
  from: usize,
  to: usize,
): void {
  for (let row = from; row < to; row++) {
    const start = row * classes;
    const largest = rowMax(x, start, classes);
    const shift = f32x4.splat(largest);
    const logTotal = f32x4.extract_lane(log4(f32x4.splat(rowSumExp(x, start, classes, shift))), 0);
    const label = <usize>load<u32>(labels + (row << 2));
    let value = logTotal - (1 - smoothing) * (loadF32(x, start + label) - largest);
    if (smoothing > 0) {
      let lanes = zero4();
      for (let i: usize = 0; i < classes; i += 4) {
        const d = f32x4.sub(load4(x, start + i), shift);
        lanes = f32x4.add(lanes, v128.and(d, laneMask(min<usize>(4, classes - i))));
      }
      value -= (smoothing / <f32>classes) * addLanes(lanes);
    }
    storeF32(loss, row, value);
  }
}

export function cross_entropy_backward_f32(
  dx: usize,
  dy: usize,
  x: usize,
  labels: usize,
  classes: usize,
  smoothing: f32,
  divisor: f32,
  dyStep: usize,
  from: usize,
  to: usize,
): void {
  const four = v128.load32_splat(LANES + 16);
  const uniform = f32x4.splat(smoothing / <f32>classes);
  const confident = f32x4.splat(1 - smoothing);
  for (let row = from; row < to; row++) {
    const start = row * classes;
    const end = start + classes;
    const shift = f32x4.splat(rowMax(x, start, classes));
    const total = f32x4.splat(rowSumExp(x, start, classes, shift));
    const scale = f32x4.splat(loadF32(dy, row * dyStep) / divisor);
    const label = v128.load32_splat(labels + (row << 2));
    let lane = v128.load(LANES);
    for (let i = start; i < end; i += 4) {
      const p = f32x4.div(exp4(f32x4.sub(load4(x, i), shift)), total);
      const target = f32x4.add(v128.and(confident, i32x4.eq(lane, label)), uniform);
      storeUpTo(dx, i, end, f32x4.mul(f32x4.sub(p, target), scale));
      lane = i32x4.add(lane, four);
    }
  }
}
