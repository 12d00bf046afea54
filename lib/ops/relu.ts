import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty, spare } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Rectified linear unit: y = max(x, 0), element by element. NaN stays NaN.
 *
 * @param x any shape, f32
 * @returns the shape of x
 *
 * Cost: one pass. Backward: dx = 0 where y ≤ 0 (also at x = 0), else dy. Saves y.
 * @example relu(tensor([-1, 2])) // [0, 2]
 */
export const relu = defineOp("relu", {
  forward({ save }, x: Tensor) {
    const y = empty(x.shape);
    parallelFor("relu_f32", x.size, y, x);
    save(y); // whether y ≤ 0 is all that backward needs, and the next layer holds y anyway
    return y;
  },
  backward({ saved: [y] }, dy) {
    const dx = spare(dy);
    parallelFor("relu_backward_f32", y.size, dx, dy, y);
    return [dx];
  },
});
