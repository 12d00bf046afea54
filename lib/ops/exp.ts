import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The exponential function: y = e^x, element by element.
 *
 * @param x any shape, f32
 * @returns the shape of x
 *
 * Cost: one pass. Backward: dx = dy·y. Saves y.
 * Source: Moshier, Cephes Mathematical Library; errors in kernels/shared/math.ts.
 * @example exp(tensor([0, 1])) // [1, 2.7182817]
 */
export const exp = defineOp("exp", {
  forward({ save }, x: Tensor) {
    const y = empty(x.shape);
    parallelFor("exp_f32", x.size, y, x);
    save(y);
    return y;
  },
  backward({ saved: [y] }, dy) {
    const dx = empty(y.shape);
    parallelFor("exp_backward_f32", y.size, dx, dy, y);
    return [dx];
  },
});
