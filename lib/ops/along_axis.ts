// @internal Ops whose kernel works along rows, along any axis.

import { checkTensor } from "../tensor/check_tensor.ts";
import { consuming } from "../tensor/scope.ts";
import { resolveAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { inverse, transpose } from "./transpose.ts";

type RowsOp = (x: Tensor, size: number) => Tensor<"f32">;

/** `op(x, size of a row)` with `axis` brought to the end before and back after; it must be differentiable. */
export function alongAxis(name: string, op: RowsOp, x: Tensor, axis: number): Tensor<"f32"> {
  checkTensor(name, "x", x);
  const index = resolveAxis(name, axis, x.shape);
  const last = x.shape.length - 1;
  const size = Math.max(1, x.shape[index]); // an empty axis makes no rows
  if (index === last) return op(x, size);
  const order = [...x.shape.keys()].filter((i) => i !== index).concat(index);
  const rows = transpose(x, order);
  const result = op(rows, size);
  return consuming(transpose(result, inverse(order)), rows, result);
}
