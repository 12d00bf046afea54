// @internal Convolution by the kernels of kernels/conv2d.ts: any window, stride and padding.

import {
  chunksOf,
  convBlocksOf,
  convInputScratch,
  convRows,
  convStripSize,
  convWeightRows,
} from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ConvAlgorithm, ConvGeometry } from "./conv_geometry.ts";
import { packB } from "./gemm.ts";
import { reduceAxes } from "./reduce.ts";

export const gemmConv: ConvAlgorithm = {
  pack: (w, { cout, k }) => packB(w, cout, k, false),

  forward(x, panels, b, geometry) {
    const { n, w, cin, kh, stride, padding, oh, ow, cout } = geometry;
    const y = empty([n, oh, ow, cout]);
    const blocks = n * convBlocksOf(oh, ow);
    const scratchSize = convStripSize(convRows(ow), w, cin, kh, stride, padding);
    parallelForWithScratch("conv2d_f32", blocks, scratchSize, y, x, panels, b, ...sizesOf(geometry));
    return y;
  },

  backward(dy, x, w, geometry, needs, sum) {
    return [
      needs[0] ? inputGradient(dy, x, w, geometry, sum) : null,
      needs[1] ? weightGradient(dy, x, w, geometry) : null,
    ];
  },
};

function inputGradient(
  dy: Tensor,
  x: Tensor,
  w: Tensor,
  geometry: ConvGeometry,
  sum: Tensor<"f32"> | null,
): Tensor<"f32"> {
  const { n, k, cout } = geometry;
  const dx = sum ?? empty(x.shape);
  const panels = packB(w, k, cout, true);
  parallelForWithScratch(
    "conv2d_backward_input_f32",
    n,
    convInputScratch(k),
    dx,
    sum ? 1 : 0,
    dy,
    panels,
    ...sizesOf(geometry),
  );
  return dx;
}

function weightGradient(dy: Tensor, x: Tensor, w: Tensor, geometry: ConvGeometry): Tensor<"f32"> {
  const { n, w: width, cin, kh, stride, padding, ow } = geometry;
  const chunks = chunksOf(n);
  const partial = empty([chunks, ...w.shape]);
  const scratchSize = convStripSize(convWeightRows(ow), width, cin, kh, stride, padding);
  const sizes = [n, ...sizesOf(geometry)];
  parallelForWithScratch("conv2d_backward_weight_f32", chunks, scratchSize, partial, x, dy, ...sizes);
  return reduceAxes("sum_f32", partial, [0]);
}

/** The sizes as the kernels take them, h to cout. */
function sizesOf({ h, w, cin, kh, kw, stride, padding, oh, ow, cout }: ConvGeometry): number[] {
  return [h, w, cin, kh, kw, stride, padding, oh, ow, cout];
}
