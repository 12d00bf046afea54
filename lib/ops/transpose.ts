import { defineOp } from "../autograd/define_op.ts";
import { DTypeError, formatShape, ShapeError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty, tensor } from "../tensor/create.ts";
import { resolveAxis, type Shape } from "../tensor/shape.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";

const transposeAny = defineOp<[Tensor, readonly number[]], Tensor>("transpose", {
  inputs: { x: "any" },
  forward(_, x, order) {
    return permute(x, order);
  },
  backward({ args: [, order] }, dy) {
    return [permute(dy, inverse(order)) as Tensor<"f32">];
  },
});

/**
 * The axes in another order: y's axis i is x's axis order[i]. Always a copy, since tensors are contiguous.
 *
 * @param x     any shape, f32 or i32
 * @param order each axis once, negative from the end; default reversed, a matrix's transpose
 * @throws {ShapeError} order is no permutation of the axes
 * @throws {DTypeError} x is u8
 *
 * Cost: one pass. Backward: dy in the original order. Saves nothing.
 * @example transpose(tensor([[1, 2, 3]])) // [[1], [2], [3]]
 * @example transpose(images, [0, 3, 1, 2]) // [N, H, W, C] → [N, C, H, W]
 */
export function transpose<D extends DType>(x: Tensor<D>, order?: readonly number[]): Tensor<D> {
  checkTensor("transpose", "x", x, "any");
  if (order !== undefined && !Array.isArray(order)) {
    throw new ShapeError(`transpose: order is an array of axes, e.g. [1, 0]; got ${printable(order)}.`, { order });
  }
  const axes = (order ?? x.shape.map((_, i) => -1 - i)).map((axis) => resolveAxis("transpose", axis, x.shape));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length) {
    throw new ShapeError(
      `transpose: order must name each axis of ${formatShape(x.shape)} once; got ${formatShape(axes)}.`,
      { shape: x.shape, order: axes },
    );
  }
  if (x.dtype === "u8") throw new DTypeError("transpose: x must be f32 or i32; got u8.", { dtype: x.dtype });
  return transposeAny(x, axes) as Tensor<D>;
}

/** The order that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

function permute(x: Tensor, order: readonly number[]): Tensor {
  const y = empty(
    order.map((axis) => x.shape[axis]),
    x.dtype,
  );
  const axes = mergedAxes(x.shape, order);
  const [inner, xStep] = axes.pop() ?? [1, 1];
  const [rowDim, rowStep] = axes.at(-1) ?? [1, 0];
  const outer = tensor(
    axes.flatMap(([dim, stride]) => [dim, stride, 0]),
    undefined,
    "i32",
  );
  parallelFor("transpose_f32", y.size, y, x, outer, axes.length, inner, xStep, rowDim, rowStep);
  return y;
}

/** y's axes as [size, x's stride], those of size 1 left out, those that x walks in one go merged. */
function mergedAxes(shape: Shape, order: readonly number[]): [dim: number, stride: number][] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1));
  const axes: [number, number][] = [];
  for (const axis of [...order].reverse()) {
    const [dim, stride] = [shape[axis], strides[axis]];
    const faster = axes[0];
    if (dim === 1) continue;
    if (faster && stride === faster[0] * faster[1]) faster[0] *= dim;
    else axes.unshift([dim, stride]);
  }
  return axes;
}
