import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import { DTypeError, formatShape, OptionError, ShapeError } from "../tensor/errors.ts";
import { checkRank, type Shape } from "../tensor/shape.ts";
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
}

/** @internal Images whose sums are one partial result: kernels/batch_norm2d.ts. */
export const CHUNK = 8;

/**
 * Batch normalisation over the channels of images, as PyTorch defines it:
 *
 *   y = (x − mean)/√(var + eps)·gamma + beta,  mean and var of each channel over N, H and W
 *
 * Training normalises by the batch's biased variance (÷ P, P = N·H·W) and moves runningVar toward the
 * unbiased one (÷ P − 1). Evaluation normalises by the running statistics.
 *
 * @param x [N, H, W, C] f32
 * @param gamma [C]
 * @param beta [C]
 * @returns the shape of x
 * @throws {ShapeError} wrong rank or length, or training with fewer than 2 values a channel
 * @throws {DTypeError} a tensor that is not f32
 * @throws {OptionError} momentum outside [0, 1], or eps not above 0
 *
 * Cost: two passes over x, one to y; backward three over dy and x. Backward: dx, dgamma, dbeta. Saves x.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
 * @example batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining: true })
 */
export const batchNorm2d = defineOp("batchNorm2d", {
  forward({ save }, x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions) {
    checkBatchNorm(x.shape, gamma, beta, options);
    const [n, h, w, c] = x.shape;
    using coefficients = options.isTraining ? batchStatistics(x, gamma, beta, options) : running(gamma, beta, options);
    const y = empty(x.shape);
    parallelFor("batch_norm2d_f32", n * h * w, y.ptr, x.ptr, coefficients.ptr, c);
    save(x, coefficients);
    return y;
  },
  backward({ args: [, , , { isTraining }], saved: [x, coefficients], needs }, dy) {
    const [n, h, w, c] = x.shape;
    const dgamma = empty([c]);
    const dbeta = empty([c]);
    using slopes = empty([2, c]);
    if (isTraining || needs[1] || needs[2]) {
      using partial = partialSums(n, c);
      const inputs = [dy.ptr, x.ptr, coefficients.ptr];
      parallelFor("batch_norm2d_backward_sums_f32", Math.ceil(n / CHUNK), partial.ptr, ...inputs, n, h * w, c);
      const outputs = [dgamma.ptr, dbeta.ptr, slopes.ptr];
      parallelFor("batch_norm2d_backward_merge_f32", c, ...outputs, partial.ptr, coefficients.ptr, n, h * w, c);
    }
    let dx: Tensor<"f32"> | null = null;
    if (needs[0]) {
      dx = empty(x.shape);
      if (isTraining) {
        const inputs = [dy.ptr, x.ptr, coefficients.ptr, slopes.ptr];
        parallelFor("batch_norm2d_backward_input_f32", n * h * w, dx.ptr, ...inputs, c);
      } else {
        parallelFor("batch_norm2d_backward_running_f32", n * h * w, dx.ptr, dy.ptr, coefficients.ptr, c);
      }
    }
    // What is not needed, the engine disposes of.
    return [dx, dgamma, dbeta];
  },
});

function batchStatistics(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions): Tensor<"f32"> {
  const [n, h, w, c] = x.shape;
  using partial = partialSums(n, c);
  parallelFor("batch_norm2d_statistics_f32", Math.ceil(n / CHUNK), partial.ptr, x.ptr, n, h * w, c);
  return mergeStatistics(partial, gamma, beta, options, n, h * w);
}

/**
 * @internal The coefficients of kernels/batch_norm2d.ts from the statistics of each chunk; moves the running ones.
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
  const coefficients = empty([5, c]);
  const pointers = [coefficients.ptr, runningMean.ptr, runningVar.ptr, partial.ptr, gamma.ptr, beta.ptr];
  parallelFor("batch_norm2d_merge_f32", c, ...pointers, n, pixels, c, momentum, eps);
  runningMean.markWritten();
  runningVar.markWritten();
  return coefficients;
}

function running(
  gamma: Tensor,
  beta: Tensor,
  { runningMean, runningVar, eps = 1e-5 }: BatchNorm2dOptions,
): Tensor<"f32"> {
  const c = gamma.size;
  const coefficients = empty([5, c]);
  const pointers = [coefficients.ptr, runningMean.ptr, runningVar.ptr, gamma.ptr, beta.ptr];
  parallelFor("batch_norm2d_running_f32", c, ...pointers, c, eps);
  return coefficients;
}

/** @internal Two sums in f64 for each chunk and channel, channels rounded up to whole vectors. */
export function partialSums(n: number, c: number): Tensor<"f32"> {
  return empty([Math.ceil(n / CHUNK), 2, Math.ceil(c / 4) * 4, 2]);
}

/** @internal @param shape that of what is normalised */
export function checkBatchNorm(shape: Shape, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions): void {
  const { runningMean, runningVar, isTraining, momentum = 0.1, eps = 1e-5 } = options;
  checkRank("batchNorm2d", "x", shape, 4, "[N, H, W, C]");
  const [n, h, w, c] = shape;
  for (const [name, { shape: own, dtype }] of Object.entries({ gamma, beta, runningMean, runningVar })) {
    if (dtype !== "f32") throw new DTypeError(`batchNorm2d: ${name} must be f32; got ${dtype}.`, { [name]: dtype });
    if (own.length !== 1 || own[0] !== c) {
      throw new ShapeError(
        `batchNorm2d: ${name} is ${formatShape(own)}; expected [${c}], one for each channel of x ${formatShape(shape)}.`,
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
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new OptionError(`batchNorm2d: momentum must lie in [0, 1]; got ${momentum}.`, { momentum });
  }
  if (!(eps > 0 && eps < Number.POSITIVE_INFINITY)) {
    throw new OptionError(`batchNorm2d: eps must be a finite number above 0; got ${eps}.`, { eps });
  }
}
