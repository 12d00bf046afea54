import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastBinary, type Operand, onTensors, sumTo } from "./broadcast.ts";

const mulTensors = defineOp("mul", {
  inputs: { a: "f32", b: "f32" },
  forward({ save }, a: Tensor, b: Tensor) {
    save(a, b);
    return broadcastBinary("mul_f32", a, b);
  },
  backward({ saved: [a, b], needs }, dy) {
    return [
      needs[0] ? sumTo(broadcastBinary("mul_f32", dy, b), a.shape) : null,
      needs[1] ? sumTo(broadcastBinary("mul_f32", dy, a), b.shape) : null,
    ];
  },
});

/**
 * The product, element by element: y = a·b, with broadcasting.
 *
 * @param a any shape, f32, or a number
 * @param b likewise; aligned with a at the last axis, each pair of dimensions equal or one of them 1
 * @returns the shape both broadcast to
 * @throws {ShapeError} the shapes do not broadcast
 *
 * Cost: one pass. Backward: da = dy·b, db = dy·a, summed over what was repeated. Saves a and b.
 * @example mul(tensor([1, 2]), tensor([[3], [4]])) // [[3, 6], [4, 8]]
 */
export function mul(a: Operand, b: Operand): Tensor<"f32"> {
  return onTensors(mulTensors, a, b);
}
