import { checkTensor } from "../tensor/check_tensor.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

/**
 * The same numbers without their history: no gradient flows back through the result. Shares x's memory.
 *
 * @param x any shape and dtype
 * @example const target = detach(model.forward(x));
 */
export function detach<D extends DType>(x: Tensor<D>): Tensor<D> {
  checkTensor("detach", "x", x, "any");
  return viewOf(x, x.shape);
}
