// @internal Views: another shape over the same memory, outside autograd. The ops are in ../ops/.

import type { Shape } from "./shape.ts";
import { type DType, Tensor } from "./tensor.ts";

/** @param offset elements from the start of `base` */
export function viewOf<D extends DType>(base: Tensor<D>, shape: Shape, offset = 0): Tensor<D> {
  return new Tensor(base.dtype, shape, { tensor: base, offset });
}
