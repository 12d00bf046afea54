// @internal Convolution by the kernels of kernels/conv2d_gray.ts: 3×3, stride 1, padding 1, one input channel.

import { borderedImage, chunksOf } from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import type { ConvAlgorithm } from "./conv_geometry.ts";
import { im2colConv } from "./conv2d_im2col.ts";
import { reduceAxes } from "./reduce.ts";

export const grayConv: ConvAlgorithm = {
  pack: (w) => viewOf(w as Tensor<"f32">, w.shape),

  forward(x, w, b, { n, h, w: width, cout }) {
    const y = empty([n, h, width, cout]);
    const pointers = [y.ptr, x.ptr, w.ptr, b?.ptr ?? 0];
    parallelForWithScratch("conv2d_gray_f32", n, borderedImage(h, width), ...pointers, h, width, cout);
    return y;
  },

  backward(dy, x, w, geometry, needs) {
    const { n, h, w: width, cout } = geometry;
    // The gradient of an image is asked for seldom, of a first layer's input never: the general way will do.
    const [dx] = im2colConv.backward(dy, x, w, geometry, [needs[0], false]);
    if (!needs[1]) return [dx, null];
    const chunks = chunksOf(n);
    const partial = empty([chunks, ...w.shape]);
    const pointers = [partial.ptr, x.ptr, dy.ptr];
    const scratchSize = borderedImage(h, width);
    parallelForWithScratch("conv2d_gray_backward_weight_f32", chunks, scratchSize, ...pointers, n, h, width, cout);
    return [dx, reduceAxes("sum_f32", partial, [0])];
  },
};
