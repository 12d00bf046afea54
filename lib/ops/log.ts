import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The natural logarithm: y = ln x, element by element. −∞ at 0, NaN below.
 *
 * @param x any shape, f32
 * @returns the shape of x
 *
 * Cost: one pass. Backward: dx = dy/x. Saves x.
 * Source: Moshier, Cephes Mathematical Library; errors in kernels/shared/math.ts.
 * @example log(tensor([1, 10])) // [0, 2.3025851]
 */
export const log = defineOp("log", {
  forward({ save }, x: Tensor) {
    const y = empty(x.shape);
    parallelFor("log_f32", x.size, y, x);
    save(x);
    return y;
  },
  backward({ saved: [x] }, dy) {
    const dx = empty(x.shape);
    parallelFor("log_backward_f32", x.size, dx, dy, x);
    return [dx];
  },
});
