import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { expandTo } from "./broadcast.ts";
import { type Axes, checkReduction, type ReduceOptions, reduceAxes, reducedShape, resolveAxes } from "./reduce.ts";

/**
 * The sum of the elements along axes: y = Σ x.
 *
 * @param x any shape, f32
 * @param axes which to sum over, negative from the end; default all, which gives a scalar
 * @param options.keepDims keep them with size 1; default false
 * @throws {ShapeError} an axis outside the rank
 * @throws {OptionError} keepDims is not true or false, or an option of another name
 *
 * Cost: one pass. Backward: dy repeated along the axes. Saves nothing.
 * @example sum(ones([2, 3]), 0) // [2, 2, 2]
 */
export const sum = defineOp("sum", {
  forward(_, x: Tensor, axes?: Axes, options: ReduceOptions = {}) {
    checkReduction("sum", options);
    const resolved = resolveAxes("sum", axes, x.shape);
    const y = reduceAxes("sum_f32", x, resolved);
    return viewOf(y, reducedShape(x.shape, resolved, options.keepDims));
  },
  backward({ args: [x, axes] }, dy) {
    const kept = reducedShape(x.shape, resolveAxes("sum", axes, x.shape), true);
    return [expandTo(dy, kept, x.shape)];
  },
});
