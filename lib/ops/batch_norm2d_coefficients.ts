// @internal Batch normalisation as one factor and one term per channel, from the batch's statistics or the running ones;
// and what it is told, checked.

import { anything, boolean, checkOptions, positive, required, upTo1 } from "../base/check.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { chunksOf, NORM_COEFFICIENTS, normPartialSize } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { checkRank, layoutHint, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface BatchNorm2dOptions {
  /** [C], updated in place when training. */
  runningMean: Tensor;
  /** [C], likewise; the unbiased variance. */
  runningVar: Tensor;
  /** Normalise by the batch's own statistics (and update the running ones), or by the running ones. */
  isTraining: boolean;
  /** The weight of the new value in running = (1 − momentum)·running + momentum·new; default 0.1. */
  momentum?: number;
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Whether max(y, 0) is taken in the same pass; default false. */
  relu?: boolean;
}

/** What the kernels call floor: nothing is less than NaN. */
export function floorOf({ relu = false }: Pick<BatchNorm2dOptions, "relu">): number {
  return relu ? 0 : Number.NaN;
}

/** From the batch itself; moves the running ones. */
export function batchCoefficients(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions): Tensor<"f32"> {
  const [n, h, w, c] = x.shape;
  const partial = partialSums(n, c);
  parallelFor("batch_norm2d_statistics_f32", chunksOf(n), partial, x, n, h * w, c);
  return mergeStatistics(partial, gamma, beta, options, n, h * w);
}

/**
 * The coefficients of kernels/batch_norm2d.ts from the statistics of each chunk; moves the running ones.
 *
 * @param pixels of an image
 */
export function mergeStatistics(
  partial: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { runningMean, runningVar, momentum = 0.1, eps = 1e-5 }: Omit<BatchNorm2dOptions, "isTraining">,
  n: number,
  pixels: number,
): Tensor<"f32"> {
  const c = gamma.size;
  const coefficients = empty([NORM_COEFFICIENTS, c]);
  parallelFor(
    "batch_norm2d_merge_f32",
    c,
    coefficients,
    runningMean,
    runningVar,
    partial,
    gamma,
    beta,
    n,
    pixels,
    c,
    momentum,
    eps,
  );
  runningMean.markWritten();
  runningVar.markWritten();
  return coefficients;
}

/** From the running statistics. */
export function runningCoefficients(
  gamma: Tensor,
  beta: Tensor,
  { runningMean, runningVar, eps = 1e-5 }: BatchNorm2dOptions,
): Tensor<"f32"> {
  const c = gamma.size;
  const coefficients = empty([NORM_COEFFICIENTS, c]);
  parallelFor("batch_norm2d_running_f32", c, coefficients, runningMean, runningVar, gamma, beta, c, eps);
  return coefficients;
}

/** Two sums in f64 for each chunk and channel, channels rounded up to whole vectors. */
export function partialSums(n: number, c: number): Tensor<"f32"> {
  return empty([normPartialSize(n, c)]);
}

const RULES = {
  runningMean: anything,
  runningVar: anything,
  isTraining: /* @__PURE__ */ required(boolean),
  momentum: upTo1,
  eps: positive,
  relu: boolean,
};

/** @param shape that of what is normalised */
export function checkBatchNorm(shape: Shape, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions): void {
  checkOptions("batchNorm2d", options, RULES);
  const { runningMean, runningVar, isTraining } = options;
  checkRank("batchNorm2d", "x", shape, 4, "[N, H, W, C]");
  const [n, h, w, c] = shape;
  for (const [name, tensor] of Object.entries({ gamma, beta, runningMean, runningVar })) {
    checkTensor("batchNorm2d", name, tensor);
    const { shape: own } = tensor;
    if (own.length !== 1 || own[0] !== c) {
      throw new ShapeError(
        `batchNorm2d: ${name} is ${formatShape(own)}; expected [${c}], one for each channel of x ${formatShape(shape)}.${layoutHint(shape, own[0])}`,
        { x: shape, [name]: own },
      );
    }
  }
  if (isTraining && n * h * w < 2) {
    throw new ShapeError(
      `batchNorm2d: expected more than 1 value per channel when training; x is ${formatShape(shape)}. ` +
        "Use a larger batch, or evaluate.",
      { x: shape },
    );
  }
}
