// What softmax and the losses need of one row x[start .. start + size): its largest value, and Σ e^{x − max}.
//
// Four interleaved partial results, lane i%4, merged in a fixed order; lanes past the row's end are masked.

import { exp4 } from "../shared/math";
import { addLanes, laneMask, load4, splat, zero4 } from "../shared/simd";

const LOWEST = memory.data<f32>([f32.NEGATIVE_INFINITY]);

/** NaN if the row holds one; −∞ if it is empty. */
export function rowMax(x: usize, start: usize, size: usize): f32 {
  const lowest = splat(LOWEST, 0);
  let lanes = lowest;
  let i: usize = 0;
  for (; i + 4 <= size; i += 4) lanes = f32x4.max(lanes, load4(x, start + i));
  if (i < size) lanes = f32x4.max(lanes, v128.bitselect(load4(x, start + i), lowest, laneMask(size - i)));
  const low = max<f32>(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
  return max<f32>(low, max<f32>(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)));
}

/** Σ e^{x − shift}, in f32. */
export function rowSumExp(x: usize, start: usize, size: usize, shift: v128): f32 {
  let lanes = zero4();
  for (let i: usize = 0; i < size; i += 4) {
    const e = exp4(f32x4.sub(load4(x, start + i), shift));
    lanes = f32x4.add(lanes, v128.and(e, laneMask(min<usize>(4, size - i))));
  }
  return addLanes(lanes);
}
