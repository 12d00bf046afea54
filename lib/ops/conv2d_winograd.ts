// @internal Convolution by the kernels of kernels/winograd.ts: 3×3, stride 1, padding 1, channels by fours.

import {
  chunksOf,
  panelsOf,
  winogradFilterScratch,
  winogradFilterSize,
  winogradGroupsOf,
  winogradScratch,
} from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ConvAlgorithm, ConvGeometry } from "./conv_geometry.ts";
import { reduceAxes } from "./reduce.ts";

export const winogradConv: ConvAlgorithm = {
  pack: (w, geometry) => transformFilter(w, geometry, false),

  forward(x, u, b, { n, h, w: width, cin, cout }) {
    const y = empty([n, h, width, cout]);
    const groups = winogradGroupsOf(n, h, width);
    const scratchSize = winogradScratch(h, width, cin, cout);
    parallelForWithScratch("winograd_f32", groups, scratchSize, y, x, u, b, n, h, width, cin, cout);
    return y;
  },

  backward(dy, x, w, geometry, needs, sum) {
    const { n, h, w: width, cin, cout } = geometry;
    const chunks = chunksOf(n);
    const dx = needs[0] ? (sum ?? empty(x.shape)) : null;
    const ut = needs[0] ? transformFilter(w, geometry, true) : null;
    const partial = needs[1] ? empty([chunks, ...w.shape]) : null;
    const scratchSize = winogradScratch(h, width, cin, cout);
    parallelForWithScratch(
      "winograd_backward_f32",
      chunks,
      scratchSize,
      dx,
      sum ? 1 : 0,
      partial,
      dy,
      x,
      ut,
      n,
      h,
      width,
      cin,
      cout,
    );
    return [dx, partial && reduceAxes("sum_f32", partial, [0])];
  },
};

/** U, or Uᵀ for the gradient of the input, in panels. */
export function transformFilter(w: Tensor, { cin, cout }: ConvGeometry, isTransposed: boolean): Tensor<"f32"> {
  const u = empty([isTransposed ? winogradFilterSize(cout, cin) : winogradFilterSize(cin, cout)]);
  const flag = isTransposed ? 1 : 0;
  parallelForWithScratch("winograd_filter_f32", panelsOf(cin), winogradFilterScratch(cout), u, w, cin, cout, flag);
  return u;
}
