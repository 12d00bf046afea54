// @internal Convolution by the kernels of kernels/winograd.ts: 3×3, stride 1, padding 1, channels by fours.

import { loadKernels } from "../runtime/kernels.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ConvAlgorithm, ConvGeometry } from "./conv_geometry.ts";
import { reduceAxes } from "./reduce.ts";

/** Images whose weight gradients are one partial sum. */
const CHUNK = 8;
const SLOT_PAIRS = 36;

export const winogradConv: ConvAlgorithm = {
  arrange: (w, geometry) => transformFilter(w, geometry, false),

  forward(x, u, b, { n, h, w: width, cin, cout }) {
    const { winograd_group, winograd_scratch } = loadKernels().kernels;
    const y = empty([n, h, width, cout]);
    const groups = Math.ceil(n / winograd_group(h, width));
    const pointers = [y.ptr, x.ptr, u.ptr, b?.ptr ?? 0];
    const scratchSize = winograd_scratch(h, width, cin, cout);
    parallelForWithScratch("winograd_f32", groups, scratchSize, ...pointers, n, h, width, cin, cout);
    return y;
  },

  backward(dy, x, w, geometry, needs) {
    const { n, h, w: width, cin, cout } = geometry;
    const chunks = Math.ceil(n / CHUNK);
    const dx = needs[0] ? empty(x.shape) : null;
    using ut = needs[0] ? transformFilter(w, geometry, true) : null;
    using partial = needs[1] ? empty([chunks, ...w.shape]) : null;
    const pointers = [dx?.ptr ?? 0, partial?.ptr ?? 0, dy.ptr, x.ptr, ut?.ptr ?? 0];
    const scratchSize = loadKernels().kernels.winograd_scratch(h, width, cin, cout);
    parallelForWithScratch("winograd_backward_f32", chunks, scratchSize, ...pointers, n, h, width, cin, cout);
    return [dx, partial && reduceAxes("sum_f32", partial, [0])];
  },
};

/** U, or Uᵀ for the gradient of the input, in panels of 16 columns. */
export function transformFilter(w: Tensor, { cin, cout }: ConvGeometry, isTransposed: boolean): Tensor<"f32"> {
  const [rows, columns] = isTransposed ? [cout, cin] : [cin, cout];
  const u = empty([SLOT_PAIRS, Math.ceil(columns / 16), rows, 16]);
  const flag = isTransposed ? 1 : 0;
  parallelForWithScratch("winograd_filter_f32", cin / 4, 162 * cout, u.ptr, w.ptr, cin, cout, flag);
  return u;
}
