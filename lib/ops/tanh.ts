import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The hyperbolic tangent: y = tanh x, element by element.
 *
 * @param x any shape, f32
 * @returns the shape of x
 *
 * Cost: one pass. Backward: dx = dy·(1 − y²). Saves y.
 * Source: Moshier, Cephes Mathematical Library; errors in kernels/shared/math.ts.
 * @example tanh(tensor([0, 1])) // [0, 0.7615942]
 */
export const tanh = defineOp("tanh", {
  forward({ save }, x: Tensor) {
    const y = empty(x.shape);
    parallelFor("tanh_f32", x.size, y, x);
    save(y);
    return y;
  },
  backward({ saved: [y] }, dy) {
    const dx = empty(y.shape);
    parallelFor("tanh_backward_f32", y.size, dx, dy, y);
    return [dx];
  },
});
