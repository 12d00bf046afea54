// @internal The class each row of logits speaks for, in plain JS: ten numbers a row need no kernel.

import type { Tensor } from "../tensor/tensor.ts";

/** @param logits [N, classes] @returns the index of each row's largest logit; the first among equals */
export function predictedClasses(logits: Tensor<"f32">): number[] {
  const [n, classes] = logits.shape;
  const { data } = logits;
  const result = new Array<number>(n);
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[row + c] > data[row + best]) best = c;
    result[i] = best;
  }
  return result;
}
