import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { alongAxis } from "./along_axis.ts";

const softmaxRows = defineOp("softmax", {
  forward({ save }, x: Tensor, size: number) {
    const y = empty(x.shape);
    parallelFor("softmax_f32", x.size / size, y, x, size);
    save(y);
    return y;
  },
  backward({ args: [, size], saved: [y] }, dy) {
    const dx = empty(y.shape);
    parallelFor("softmax_backward_f32", y.size / size, dx, dy, y, size);
    return [dx];
  },
});

/**
 * Exponentials that sum to 1: y_i = e^{x_i} / Σ_j e^{x_j} along an axis.
 *
 * @param x any shape but a scalar, f32
 * @param axis negative from the end; default the last, which needs no copy
 * @throws {ShapeError} an axis outside the rank
 *
 * Cost: three passes; two transposes more where the axis is not the last. Stable for x of any size.
 * Backward: dx = y·(dy − Σ dy·y). Saves y.
 * @example softmax(tensor([0, Math.log(3)])) // [0.25, 0.75]
 */
export function softmax(x: Tensor, axis = -1): Tensor<"f32"> {
  return alongAxis("softmax", softmaxRows, x, axis);
}
