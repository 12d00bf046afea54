import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The logistic function: y = 1/(1 + e^{−x}), element by element.
 *
 * @param x any shape, f32
 * @returns the shape of x
 *
 * Cost: one pass. Backward: dx = dy·y·(1 − y). Saves y.
 * Source: Moshier, Cephes Mathematical Library; errors in kernels/shared/math.ts.
 * @example sigmoid(tensor([0, 2])) // [0.5, 0.8807971]
 */
export const sigmoid = defineOp("sigmoid", {
  forward({ save }, x: Tensor) {
    const y = empty(x.shape);
    parallelFor("sigmoid_f32", x.size, y, x);
    save(y);
    return y;
  },
  backward({ saved: [y] }, dy) {
    const dx = empty(y.shape);
    parallelFor("sigmoid_backward_f32", y.size, dx, dy, y);
    return [dx];
  },
});
