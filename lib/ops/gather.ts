import { defineOp } from "../autograd/define_op.ts";
import { ShapeError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { empty, zeros } from "../tensor/create.ts";
import { checkRank, sizeOf } from "../tensor/shape.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";

const gatherAny = defineOp<[Tensor, Tensor], Tensor>("gather", {
  inputs: { x: "any", index: "i32" },
  forward({ save }, x, index) {
    if (x.shape.length === 0) throw new ShapeError("gather: a scalar has no rows to take; x must be [N, …].");
    checkRank("gather", "index", index.shape, 1, "[B]");
    const [rows, ...rest] = x.shape;
    checkIndices("gather", "index", index.values, rows);
    const y = empty([index.size, ...rest], x.dtype);
    const kernel = x.dtype === "u8" ? "gather_u8" : "gather_f32";
    parallelFor(kernel, index.size, y, x, index, sizeOf(rest));
    save(index);
    return y;
  },
  backward({ args: [x], saved: [index] }, dy) {
    // Again: a write to an array that was asked for before goes unnoticed.
    checkIndices("gather", "index", index.values, x.shape[0]);
    const dx = zeros(x.shape);
    const rowSize = sizeOf(x.shape.slice(1));
    parallelFor("gather_backward_f32", rowSize, dx, dy, index, index.size, rowSize);
    return [dx, null];
  },
});

/**
 * Rows of the first axis, in any order and as often as wanted: y[b] = x[index[b]]. PyTorch's `x[index]`.
 *
 * @param x     [N, …], of any dtype
 * @param index [B] i32, each in 0 … N − 1
 * @returns [B, …], of x's dtype: a copy
 * @throws {ShapeError} x is a scalar, or index has another rank
 * @throws {DTypeError} index is not i32
 * @throws {DataError} an index that is no row
 *
 * Cost: one copy of the rows. Backward: dx[r] = Σ dy[b] over the b with index[b] = r, among zeros. Saves index.
 * @example gather(tensor([[1, 2], [3, 4]]), tensor([1, 1, 0], [3], "i32")) // [[3, 4], [3, 4], [1, 2]]
 */
export function gather<D extends DType>(x: Tensor<D>, index: Tensor<"i32">): Tensor<D> {
  return gatherAny(x, index) as Tensor<D>;
}
