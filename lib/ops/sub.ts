import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { asTensor, broadcastBinary, type Operand, onTensors, sumTo } from "./broadcast.ts";

const subTensors = defineOp("sub", {
  inputs: { a: "f32", b: "f32" },
  forward(_, a: Tensor, b: Tensor) {
    return broadcastBinary("sub_f32", a, b);
  },
  backward({ args: [a, b], needs }, dy) {
    const negative = (): Tensor<"f32"> => broadcastBinary("sub_f32", asTensor(0), dy);
    return [needs[0] ? sumTo(viewOf(dy, dy.shape), a.shape) : null, needs[1] ? sumTo(negative(), b.shape) : null];
  },
});

/**
 * The difference, element by element: y = a − b, with broadcasting.
 *
 * @param a any shape, f32, or a number
 * @param b likewise; aligned with a at the last axis, each pair of dimensions equal or one of them 1
 * @returns the shape both broadcast to
 * @throws {ShapeError} the shapes do not broadcast
 *
 * Cost: one pass. Backward: da = dy, db = −dy, summed over what was repeated. Saves nothing.
 * @example sub(tensor([1, 2]), 1) // [0, 1]
 */
export function sub(a: Operand, b: Operand): Tensor<"f32"> {
  return onTensors(subTensors, a, b);
}
