import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty, zeros } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asOneRun } from "./one_run.ts";
import { type Axes, checkReduction, type ReduceOptions, reducedShape, resolveAxes } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/** [outer, reduce, inner] → [outer, inner] */
const maxOfRun = defineOp("max", {
  forward({ isRecording, save }, x: Tensor) {
    const [outer, reduce, inner] = x.shape;
    const y = empty([outer, inner]);
    parallelFor("max_f32", y.size, y, x, reduce, inner);
    if (isRecording) {
      const index = empty(y.shape, "i32");
      parallelFor("argmax_f32", y.size, index, x, reduce, inner);
      save(index);
    }
    return y;
  },
  backward({ args: [x], saved: [index] }, dy) {
    const [, reduce, inner] = x.shape;
    const dx = zeros(x.shape);
    parallelFor("max_backward_f32", dy.size, dx, dy, index, reduce, inner);
    return [dx];
  },
});

/**
 * The largest element along axes. NaN wins.
 *
 * @param x any shape, f32
 * @param axes which to reduce, negative from the end; default all, which gives a scalar
 * @param options.keepDims keep them with size 1; default false
 * @throws {ShapeError} an axis outside the rank, or an empty one
 * @throws {OptionError} keepDims is not true or false, or an option of another name
 *
 * Cost: one pass; a transpose more where the axes are not neighbours. Backward: dy at the first of the
 * largest elements of each slice, in row-major order, 0 elsewhere. Saves its index.
 * @example max(tensor([[1, 5], [4, 2]]), 1) // [5, 4]
 */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor<"f32"> {
  checkTensor("max", "x", x);
  checkReduction("max", options);
  const resolved = resolveAxes("max", axes, x.shape);
  const run = asOneRun("max", x as Tensor<"f32">, resolved);
  const y = maxOfRun(run);
  return consuming(reshape(y, reducedShape(x.shape, resolved, options.keepDims)), run, y);
}
