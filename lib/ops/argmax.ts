import { defineOp } from "../autograd/define_op.ts";
import { noGrad } from "../autograd/grad_mode.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asOneRun } from "./one_run.ts";
import { type Axes, checkReduction, type ReduceOptions, reducedShape, resolveAxes } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/** [outer, reduce, inner] → [outer, inner] */
const argmaxOfRun = defineOp<[Tensor], Tensor<"i32">>("argmax", {
  forward(_, x) {
    const [outer, reduce, inner] = x.shape;
    const index = empty([outer, inner], "i32");
    parallelFor("argmax_f32", index.size, index, x, reduce, inner);
    return index;
  },
  backward: () => [null],
});

/**
 * Where the largest element along axes stands: the first of several, the first NaN before all. Over more
 * than one axis, its place in the row-major order of those axes.
 *
 * @param x any shape, f32
 * @param axes which to reduce, negative from the end; default all, which gives a scalar
 * @param options.keepDims keep them with size 1; default false
 * @returns i32
 * @throws {ShapeError} an axis outside the rank, or an empty one
 * @throws {OptionError} keepDims is not true or false, or an option of another name
 *
 * Cost: one pass; a transpose more where the axes are not neighbours. Not differentiable.
 * @example argmax(logits, -1) // [64, 10] → [64]
 */
export function argmax(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor<"i32"> {
  checkTensor("argmax", "x", x);
  checkReduction("argmax", options);
  return noGrad(() => {
    const resolved = resolveAxes("argmax", axes, x.shape);
    const run = asOneRun("argmax", x as Tensor<"f32">, resolved);
    const index = argmaxOfRun(run);
    return consuming(reshape(index, reducedShape(x.shape, resolved, options.keepDims)), run, index);
  });
}
