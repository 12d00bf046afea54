// @internal Launches the kernel that folds batch normalisation into a convolution's weights.

import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBatchNorm } from "./batch_norm2d_coefficients.ts";

/** Batch normalisation by running statistics, each tensor [C]. */
export interface Normalisation {
  weight: Tensor;
  bias: Tensor;
  runningMean: Tensor;
  runningVar: Tensor;
  eps: number;
}

/**
 * The convolution that does both: conv2d(x, foldedW, foldedB) = batchNorm2d(conv2d(x, w, b)), to rounding.
 *
 * @param w [KH, KW, Cin, C]
 * @param b [C], or null for none
 * @throws what batchNorm2d throws
 */
export function foldBatchNorm2d(
  w: Tensor,
  b: Tensor | null,
  { weight, bias, runningMean, runningVar, eps }: Normalisation,
): { foldedW: Tensor<"f32">; foldedB: Tensor<"f32"> } {
  checkTensor("conv2d", "w", w);
  checkTensor("conv2d", "b", b, "f32?");
  const c = w.shape[3];
  checkBatchNorm([1, 1, 1, c], weight, bias, { runningMean, runningVar, isTraining: false, eps });
  const foldedW = empty(w.shape);
  const foldedB = empty([c]);
  const norm = [weight, bias, runningMean, runningVar];
  parallelFor("fold_batch_norm2d_f32", c, foldedW, foldedB, w, b, ...norm, w.size / c, c, eps);
  return { foldedW, foldedB };
}
