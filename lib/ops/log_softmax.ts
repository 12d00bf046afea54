import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { alongAxis } from "./along_axis.ts";

const logSoftmaxRows = defineOp("logSoftmax", {
  forward({ save }, x: Tensor, size: number) {
    const y = empty(x.shape);
    parallelFor("log_softmax_f32", x.size / size, y, x, size);
    save(y);
    return y;
  },
  backward({ args: [, size], saved: [y] }, dy) {
    const dx = empty(y.shape);
    parallelFor("log_softmax_backward_f32", y.size / size, dx, dy, y, size);
    return [dx];
  },
});

/**
 * The logarithm of softmax: y_i = x_i − ln Σ_j e^{x_j} along an axis.
 *
 * @param x any shape but a scalar, f32
 * @param axis negative from the end; default the last, which needs no copy
 * @throws {ShapeError} an axis outside the rank
 *
 * Cost: three passes; two transposes more where the axis is not the last. Stable for x of any size.
 * Backward: dx = dy − e^y·Σ dy. Saves y.
 * @example logSoftmax(tensor([0, 0])) // [-0.6931472, -0.6931472]
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor<"f32"> {
  return alongAxis("logSoftmax", logSoftmaxRows, x, axis);
}
