import { defineOp } from "../autograd/define_op.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { checkShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

const reshapeAny = defineOp<[Tensor, Shape], Tensor>("reshape", {
  inputs: { x: "any" },
  forward(_, x, shape) {
    return viewOf(x, shape);
  },
  backward({ args: [x] }, dy) {
    return [viewOf(dy, x.shape)];
  },
});

/**
 * The same elements in the same order under another shape. Shares x's memory.
 *
 * @param shape one dimension may be −1: what remains
 * @throws {ShapeError} the sizes differ, or −1 stands twice or has no solution
 *
 * Cost: none. Backward: dy under x's shape. Saves nothing.
 * @example reshape(x, [-1, 3072]) // [64, 32, 32, 3] → [64, 3072]
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  checkTensor("reshape", "x", x, "any");
  return reshapeAny(x, solve(x, shape)) as Tensor<D>;
}

function solve(x: Tensor, shape: Shape): Shape {
  const fail = (why: string): never => {
    throw new ShapeError(`reshape: ${formatShape(x.shape)} cannot become ${printable(shape)}; ${why}.`, {
      from: x.shape,
      to: shape,
    });
  };
  if (!Array.isArray(shape)) checkShape("reshape", shape);
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < -1)) fail("dimensions must be integers ≥ 0, or −1");
  const open = shape.indexOf(-1);
  const known = sizeOf(shape.filter((dim) => dim !== -1));
  if (open < 0) return known === x.size ? shape : fail(`${x.size} elements are not ${known}`);
  if (shape.lastIndexOf(-1) !== open) fail("only one dimension may be −1");
  if (known === 0 || x.size % known !== 0) fail(`${x.size} elements are not a multiple of ${known}`);
  return shape.map((dim) => (dim === -1 ? x.size / known : dim));
}
