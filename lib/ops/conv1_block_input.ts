// @internal dx of conv1Block, by the kernels of the operations that it stands for: the input of a first layer seldom
// wants a gradient, so that what this costs does not matter.

import { chunksOf } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { floorOf, mergeStatistics, partialSums } from "./batch_norm2d_coefficients.ts";
import { convGeometry } from "./conv_geometry.ts";
import { im2colConv } from "./conv2d_im2col.ts";
import { poolingOf } from "./pool_windows.ts";
import { windowTable } from "./window_table.ts";

/**
 * @param argmax places 0 to 3 in the windows, or 4 where ReLU clips: none of the places that pooling knows
 * @returns ∂/∂x of the loss, given that of the pooled output
 */
export function grayInputGradient(
  dz: Tensor,
  x: Tensor,
  w: Tensor,
  gamma: Tensor,
  beta: Tensor,
  argmax: Tensor,
  eps?: number,
): Tensor<"f32"> {
  const geometry = convGeometry("conv2d", x.shape, w.shape, null, { padding: 1 });
  const { n, h, w: width, cout } = geometry;
  const hw = h * width;
  const chunks = chunksOf(n);
  const y = im2colConv.forward(x, im2colConv.pack(w, geometry), null, geometry);
  const partial = partialSums(n, cout);
  parallelFor("batch_norm2d_statistics_f32", chunks, partial.ptr, y.ptr, n, hw, cout);
  // The true running statistics have moved already.
  const runningMean = zeros([cout]);
  const runningVar = zeros([cout]);
  const coefficients = mergeStatistics(partial, gamma, beta, { runningMean, runningVar, eps }, n, hw);

  const dense = unpooled(dz, argmax, y.shape);
  const dgamma = empty([cout]);
  const dbeta = empty([cout]);
  const slopes = empty([2, cout]);
  const operands = [dense.ptr, y.ptr, coefficients.ptr];
  parallelFor("batch_norm2d_backward_sums_f32", chunks, partial.ptr, ...operands, n, hw, cout, floorOf({}));
  const outputs = [dgamma.ptr, dbeta.ptr, slopes.ptr];
  parallelFor("batch_norm2d_backward_merge_f32", cout, ...outputs, partial.ptr, coefficients.ptr, n, hw, cout);
  const dy = empty(y.shape);
  parallelFor("batch_norm2d_backward_input_f32", n * hw, dy.ptr, ...operands, slopes.ptr, cout, floorOf({}));
  return im2colConv.backward(dy, x, w, geometry, [true, false])[0] as Tensor<"f32">;
}

/** Each gradient where its maximum was, 0 elsewhere. */
function unpooled(dz: Tensor, argmax: Tensor, shape: readonly number[]): Tensor<"f32"> {
  const { rows, cols } = poolingOf("maxPool2d", shape, { kernelSize: 2 });
  const [n, h, width, c] = shape;
  const rowTable = windowTable(rows);
  const colTable = windowTable(cols);
  const dense = empty(shape);
  const pointers = [dense.ptr, dz.ptr, argmax.ptr, 1, rowTable.ptr, colTable.ptr];
  parallelFor("max_pool2d_backward_f32", n * h, ...pointers, h, width, c, rows.count, cols.count, 2);
  return dense;
}
