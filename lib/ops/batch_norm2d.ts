import { defineOp } from "../autograd/define_op.ts";
import { chunksOf } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty, spare } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  type BatchNorm2dOptions,
  batchCoefficients,
  checkBatchNorm,
  floorOf,
  partialSums,
  runningCoefficients,
} from "./batch_norm2d_coefficients.ts";

/**
 * Batch normalisation over the channels of images, as PyTorch defines it:
 *
 *   y = (x − mean)/√(var + eps)·gamma + beta,  mean and var of each channel over N, H and W
 *
 * With `relu` max(y, 0), in the same passes.
 *
 * Training normalises by the batch's biased variance (÷ P, P = N·H·W) and moves runningVar toward the
 * unbiased one (÷ P − 1). Evaluation normalises by the running statistics.
 *
 * @param x [N, H, W, C] f32
 * @param gamma [C]
 * @param beta [C]
 * @returns the shape of x
 * @throws {ShapeError} wrong rank or length, or training with fewer than 2 values per channel
 * @throws {DTypeError} a tensor that is not f32
 * @throws {OptionError} momentum outside [0, 1], or eps not above 0
 *
 * Cost: two passes over x, one to y; backward three over dy and x. Backward: dx, dgamma, dbeta. Saves x.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
 * @example batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining: true })
 */
export const batchNorm2d = defineOp("batchNorm2d", {
  inputs: { x: "f32", gamma: "f32", beta: "f32" },
  forward({ save }, x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNorm2dOptions) {
    checkBatchNorm(x.shape, gamma, beta, options);
    const [n, h, w, c] = x.shape;
    const coefficients = options.isTraining
      ? batchCoefficients(x, gamma, beta, options)
      : runningCoefficients(gamma, beta, options);
    const y = empty(x.shape);
    parallelFor("batch_norm2d_f32", n * h * w, y, x, coefficients, 0, c, floorOf(options));
    save(x, coefficients);
    return y;
  },
  backward({ args: [, , , options], saved: [x, coefficients], needs }, dy) {
    const [n, h, w, c] = x.shape;
    const { isTraining } = options;
    const floor = floorOf(options);
    const dgamma = empty([c]);
    const dbeta = empty([c]);
    const slopes = empty([2, c]);
    if (isTraining || needs[1] || needs[2]) {
      const partial = partialSums(n, c);
      parallelFor("batch_norm2d_backward_sums_f32", chunksOf(n), partial, dy, x, coefficients, n, h * w, c, floor);
      parallelFor("batch_norm2d_backward_merge_f32", c, dgamma, dbeta, slopes, partial, coefficients, n, h * w, c);
    }
    let dx: Tensor<"f32"> | null = null;
    if (needs[0]) {
      dx = spare(dy);
      if (isTraining) {
        parallelFor("batch_norm2d_backward_input_f32", n * h * w, dx, dy, x, coefficients, slopes, c, floor);
      } else {
        parallelFor("batch_norm2d_backward_running_f32", n * h * w, dx, dy, x, coefficients, c, floor);
      }
    }
    // What is not needed, the engine disposes of.
    return [dx, dgamma, dbeta];
  },
});
