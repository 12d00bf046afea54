import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asTensor, broadcastBinary, type Operand, onTensors, sumTo } from "./broadcast.ts";

const divTensors = defineOp("div", {
  inputs: { a: "f32", b: "f32" },
  forward({ save }, a: Tensor, b: Tensor) {
    save(a, b);
    return broadcastBinary("div_f32", a, b);
  },
  backward({ saved: [a, b], needs }, dy) {
    const da = (): Tensor<"f32"> => broadcastBinary("div_f32", dy, b);
    const db = (): Tensor<"f32"> => {
      // Not dy/b·(a/b): with a denormal b the first is infinite, and times 0 NaN.
      const quotient = broadcastBinary("div_f32", a, b);
      const slope = broadcastBinary("div_f32", quotient, b);
      return broadcastBinary("sub_f32", asTensor(0), broadcastBinary("mul_f32", dy, slope));
    };
    return [needs[0] ? sumTo(da(), a.shape) : null, needs[1] ? sumTo(db(), b.shape) : null];
  },
});

/**
 * The quotient, element by element: y = a / b, with broadcasting.
 *
 * @param a any shape, f32, or a number
 * @param b likewise; aligned with a at the last axis, each pair of dimensions equal or one of them 1
 * @returns the shape both broadcast to
 * @throws {ShapeError} the shapes do not broadcast
 *
 * Cost: one pass. Backward: da = dy/b, db = −dy·((a/b)/b), summed over what was repeated. Saves a and b.
 * @example div(tensor([1, 2]), 2) // [0.5, 1]
 */
export function div(a: Operand, b: Operand): Tensor<"f32"> {
  return onTensors(divTensors, a, b);
}
