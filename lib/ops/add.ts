import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { broadcastBinary, type Operand, onTensors, sumTo } from "./broadcast.ts";

const addTensors = defineOp("add", {
  inputs: { a: "f32", b: "f32" },
  forward(_, a: Tensor, b: Tensor) {
    return broadcastBinary("add_f32", a, b);
  },
  backward({ args: [a, b], needs }, dy) {
    const gradient = (x: Tensor): Tensor<"f32"> => sumTo(viewOf(dy, dy.shape), x.shape);
    return [needs[0] ? gradient(a) : null, needs[1] ? gradient(b) : null];
  },
});

/**
 * The sum, element by element: y = a + b, with broadcasting.
 *
 * @param a any shape, f32, or a number
 * @param b likewise; aligned with a at the last axis, each pair of dimensions equal or one of them 1
 * @returns the shape both broadcast to
 * @throws {ShapeError} the shapes do not broadcast
 *
 * Cost: one pass. Backward: da = dy, db = dy, summed over what was repeated. Saves nothing.
 * @example add(tensor([1, 2]), 10) // [11, 12]
 */
export function add(a: Operand, b: Operand): Tensor<"f32"> {
  return onTensors(addTensors, a, b);
}
