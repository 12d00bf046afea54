import { defineOp } from "../autograd/define_op.ts";
import { tensor } from "../tensor/create.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { broadcastBinary, expandTo } from "./broadcast.ts";
import { type Axes, checkReduction, type ReduceOptions, reduceAxes, reducedShape, resolveAxes } from "./reduce.ts";

/**
 * The mean of the elements along axes: y = Σ x / count.
 *
 * @param x any shape, f32
 * @param axes which to average over, negative from the end; default all, which gives a scalar
 * @param options.keepDims keep them with size 1; default false
 * @returns NaN where there is nothing to average
 * @throws {ShapeError} an axis outside the rank
 * @throws {OptionError} keepDims is not true or false, or an option of another name
 *
 * Cost: one pass. Backward: dy/count repeated along the axes. Saves nothing.
 * @example mean(tensor([[1, 2], [3, 4]]), 0) // [2, 3]
 */
export const mean = defineOp("mean", {
  forward(_, x: Tensor, axes?: Axes, options: ReduceOptions = {}) {
    checkReduction("mean", options);
    const resolved = resolveAxes("mean", axes, x.shape);
    const sum = reduceAxes("sum_f32", x, resolved);
    const y = divideByCount(sum, x.shape, resolved);
    return viewOf(y, reducedShape(x.shape, resolved, options.keepDims));
  },
  backward({ args: [x, axes] }, dy) {
    const resolved = resolveAxes("mean", axes, x.shape);
    const share = divideByCount(dy, x.shape, resolved);
    return [expandTo(share, reducedShape(x.shape, resolved, true), x.shape)];
  },
});

function divideByCount(x: Tensor, shape: Shape, axes: readonly number[]): Tensor<"f32"> {
  return broadcastBinary("div_f32", x, tensor(sizeOf(axes.map((axis) => shape[axis]))));
}
