// @internal The class each row of logits speaks for, in plain JS: a few numbers a row need no kernel.

import type { Tensor } from "../tensor/tensor.ts";

/** @param logits [N, classes] @returns the index of each row's largest logit; the first among equals */
export function predictedClasses(logits: Tensor<"f32">): number[] {
  const [n, classes] = logits.shape;
  const { values } = logits;
  return Array.from({ length: n }, (_, row) => largestOf(values, row * classes, classes));
}

/**
 * The index, counted from `start`, of the largest of `count` scores that begin there; the first among equals. A NaN is
 * never larger, so where all are NaN it is 0.
 */
export function largestOf(scores: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (scores[start + c] > scores[start + best]) best = c;
  return best;
}
