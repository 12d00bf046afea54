import { defineOp } from "../autograd/define_op.ts";
import { check, integer } from "../base/check.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { zeros } from "../tensor/create.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

const sliceAny = defineOp<[Tensor, number, number], Tensor>("slice", {
  inputs: { x: "any" },
  forward(_, x, start, end) {
    const rest = x.shape.slice(1);
    return viewOf(x, [end - start, ...rest], start * sizeOf(rest));
  },
  backward({ args: [x, start] }, dy) {
    const dx = zeros(x.shape);
    dx.data.set(dy.values, start * sizeOf(x.shape.slice(1)));
    return [dx];
  },
});

/**
 * Rows start … end − 1 of the first axis: y = x[start:end]. Shares x's memory.
 *
 * @param start first row; negative from the end
 * @param end   row after the last; negative from the end; default all to the end
 * @throws {ShapeError} a scalar, or not 0 ≤ start ≤ end ≤ rows
 * @throws {OptionError} start or end is not an integer
 *
 * Cost: none. Backward: dy among zeros, one pass. Saves nothing.
 * @example slice(tensor([1, 2, 3, 4]), 1, -1) // [2, 3]
 */
export function slice<D extends DType>(x: Tensor<D>, start: number, end?: number): Tensor<D> {
  checkTensor("slice", "x", x, "any");
  check("slice", "start", start, integer());
  if (end !== undefined) check("slice", "end", end, integer());
  const rows = x.shape[0] ?? 0;
  const from = start < 0 ? start + rows : start;
  const stop = end ?? rows;
  const to = stop < 0 ? stop + rows : stop;
  const isValid = 0 <= from && from <= to && to <= rows;
  if (x.shape.length === 0 || !isValid) {
    throw new ShapeError(
      `slice: rows ${start} to ${stop} do not exist in ${formatShape(x.shape)}; the first axis has ${rows}.`,
      { shape: x.shape, start, end: stop },
    );
  }
  return sliceAny(x, from, to) as Tensor<D>;
}
