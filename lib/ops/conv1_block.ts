// @internal A network's first layer in one pass, by the kernels of kernels/conv1_block*.ts. Sequential puts it in
// place of the four layers that it is.

import { defineOp } from "../autograd/define_op.ts";
import { ShapeError } from "../base/errors.ts";
import {
  chunksOf,
  conv1BlockScratch,
  GRAY_MOMENTS_SIZE,
  grayBackwardScratch,
  grayStatisticsScratch,
  grayStatisticsSize,
  graySumsSize,
  TAPS,
} from "../runtime/kernel_abi.ts";
import { parallelFor, parallelForWithScratch } from "../runtime/parallel.ts";
import { empty, zeros } from "../tensor/create.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type BatchNorm2dOptions, checkBatchNorm } from "./batch_norm2d_coefficients.ts";
import { type ConvGeometry, convGeometry } from "./conv_geometry.ts";

/** Whether the kernels do a convolution of these sizes, pooled 2×2. */
export function isConv1Block({ kh, kw, stride, padding, cin, cout, h, w }: ConvGeometry): boolean {
  const isKernel = kh === 3 && kw === 3 && stride === 1 && padding === 1;
  return isKernel && cin === 1 && cout % 4 === 0 && h % 2 === 0 && w % 2 === 0;
}

/**
 * Convolution 3×3 with padding 1 of images with one channel, batch normalisation by the batch's own
 * statistics, ReLU and 2×2 max pooling:
 *
 *   z = maxPool2d(relu(batchNorm2d(conv2d(x, w, b, { padding: 1 }), gamma, beta, options)), { kernelSize: 2 })
 *
 * The statistics of the convolution follow from those of the image's 3×3 patches, so that the convolution is
 * computed once, normalised and pooled at once, and never stored; backward visits the maxima only.
 *
 * @param x [N, H, W, 1] f32, H and W even. It gets no gradient, which a first layer's input seldom wants: where it does, Sequential
 *   calls the four layers
 * @param w [3, 3, 1, Cout], Cout a multiple of 4
 * @param b [Cout], or null for none. Its gradient is 0: batch normalisation takes off what it adds
 * @param gamma [Cout]
 * @param beta [Cout]
 * @param options as batchNorm2d has them
 * @returns [N, H/2, W/2, Cout]
 * @throws {ShapeError} sizes that are not those above
 * @throws {OptionError} as batchNorm2d
 *
 * Cost: forward about 8·N·H·W·Cout multiply-adds, backward a third of it: dw, dgamma, dbeta. Saves x, w, and a byte for each
 * element of z.
 */
export const conv1Block = defineOp("conv1Block", {
  forward(
    { isRecording, save },
    x: Tensor,
    w: Tensor,
    b: Tensor | null,
    gamma: Tensor,
    beta: Tensor,
    options: Omit<BatchNorm2dOptions, "isTraining">,
  ) {
    const { n, h, w: width, cout } = blockGeometry(x.shape, w.shape, b?.shape ?? null);
    checkBatchNorm([n, h, width, cout], gamma, beta, { ...options, isTraining: true });
    const { runningMean, runningVar, momentum = 0.1, eps = 1e-5 } = options;
    const chunks = chunksOf(n);
    const partial = empty([grayStatisticsSize(n)]);
    const sizes = [n, h, width];
    const scratchSize = grayStatisticsScratch(h, width);
    parallelForWithScratch("conv1_block_statistics_f32", chunks, scratchSize, partial, x, ...sizes);
    const moments = empty([GRAY_MOMENTS_SIZE]);
    parallelFor("conv1_block_moments_f32", TAPS, moments, partial, n, h * width);
    const foldedW = empty(w.shape);
    const foldedB = empty([cout]);
    const normal = empty([2, cout]);
    parallelFor(
      "conv1_block_fold_f32",
      cout,
      foldedW,
      foldedB,
      normal,
      runningMean,
      runningVar,
      moments,
      w,
      b,
      gamma,
      beta,
      n * h * width,
      cout,
      momentum,
      eps,
    );
    runningMean.markWritten();
    runningVar.markWritten();
    const argmax = empty(isRecording ? [n, h / 2, width / 2, cout] : [0], "u8");
    save(x, w, moments, normal, argmax);
    return pool(x, foldedW, foldedB, moments, isRecording ? argmax : null);
  },

  backward({ args: [, , b], saved: [x, w, moments, normal, argmax] }, dz) {
    const [n, h, width] = x.shape;
    const cout = w.shape[3];
    const chunks = chunksOf(n);
    const partial = empty([graySumsSize(n, cout)]);
    const scratchSize = grayBackwardScratch(width, cout);
    parallelForWithScratch(
      "conv1_block_backward_f32",
      chunks,
      scratchSize,
      partial,
      dz,
      argmax,
      x,
      moments,
      n,
      h,
      width,
      cout,
    );
    const dw = empty(w.shape);
    const dgamma = empty([cout]);
    const dbeta = empty([cout]);
    parallelFor("conv1_block_backward_fold_f32", cout, dw, dgamma, dbeta, partial, moments, w, normal, n, cout);
    // What is not needed, the engine disposes of.
    return b ? [null, dw, zeros([cout]), dgamma, dbeta] : [null, dw, dgamma, dbeta];
  },
});

/**
 * The same layer in evaluation, batch normalisation being folded into the convolution:
 * z = maxPool2d(relu(conv2d(x, foldedW, foldedB, { padding: 1 })), { kernelSize: 2 }). Nothing is recorded.
 *
 * @throws {ShapeError} as conv1Block
 */
export function conv1BlockInference(x: Tensor, foldedW: Tensor, foldedB: Tensor): Tensor<"f32"> {
  blockGeometry(x.shape, foldedW.shape, foldedB.shape);
  return pool(x, foldedW, foldedB, null, null);
}

function blockGeometry(x: Shape, w: Shape, b: Shape | null): ConvGeometry {
  const geometry = convGeometry("conv2d", x, w, b, { padding: 1 });
  if (!isConv1Block(geometry)) {
    throw new ShapeError(
      `conv1Block: x is [${x}], w is [${w}]; expected [N, H, W, 1] with H and W even, and [3, 3, 1, Cout] with Cout a multiple of 4.`,
      { x, w },
    );
  }
  return geometry;
}

function pool(x: Tensor, w: Tensor, b: Tensor, moments: Tensor | null, argmax: Tensor | null): Tensor<"f32"> {
  const [n, h, width] = x.shape;
  const cout = w.shape[3];
  const z = empty([n, h / 2, width / 2, cout]);
  const scratchSize = conv1BlockScratch(h, width, cout);
  parallelForWithScratch("conv1_block_f32", (n * h) / 2, scratchSize, z, argmax, x, w, b, moments, h, width, cout);
  return z;
}
