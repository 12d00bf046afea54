import { defineOp } from "../autograd/define_op.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

/**
 * All axes but the first as one: y[n, c·H·W + h·W + w] = x[n,h,w,c] for images, so that a linear layer
 * behind it has the same weights as in PyTorch; any other rank keeps its order.
 *
 * @param x [N, H, W, C] f32, or [N, …]
 * @returns [N, H·W·C]
 * @throws {ShapeError} a scalar
 *
 * Cost: one pass; none (a view) where the order is C,H,W already: one channel, one pixel, rank ≠ 4.
 * Backward: dx is dy in x's order. Saves nothing.
 * @example flatten(x) // [64, 7, 7, 128] → [64, 6272]
 */
export const flatten = defineOp("flatten", {
  forward(_, x: Tensor) {
    if (x.shape.length === 0) {
      throw new ShapeError(`flatten: x must have an axis of images; got ${formatShape(x.shape)}.`, { x: x.shape });
    }
    return reorder(x as Tensor<"f32">, x.shape, "toChannelsFirst");
  },
  backward({ args: [x] }, dy) {
    return [reorder(dy, x.shape, "toChannelsLast")];
  },
});

/** `shape` is that of the images; the other side is [N, rest]. */
function reorder(x: Tensor<"f32">, shape: Shape, direction: "toChannelsFirst" | "toChannelsLast"): Tensor<"f32"> {
  const isForward = direction === "toChannelsFirst";
  const [n, ...rest] = shape;
  const resultShape = isForward ? [n, sizeOf(rest)] : shape;
  const [h, w, c] = rest;
  if (rest.length !== 3 || c === 1 || h * w === 1) return viewOf(x, resultShape);
  const y = empty(resultShape);
  const [rows, cols] = isForward ? [h * w, c] : [c, h * w];
  parallelFor("flatten_f32", n, y, x, rows, cols);
  return y;
}
