// @internal Launches the reduction kernels over any set of axes.

import { boolean, check, checkOptions, type Rule } from "../base/check.ts";
import { sumUnits } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import { resolveAxis, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

/** Rows of a block of a tall sum. */
const ROWS = 128;

/** One axis, several, or none given: all. Negative ones count from the end. */
export type Axes = number | readonly number[];

export interface ReduceOptions {
  /** Keep the reduced axes with size 1; default false. */
  keepDims?: boolean;
}

/** @throws {OptionError} */
export function checkReduction(op: string, options: ReduceOptions): void {
  checkOptions(op, options, { keepDims: boolean });
}

const AXES: Rule = {
  says: "an integer or a list of integers",
  holds: (value) => typeof value === "number" || Array.isArray(value),
};

/** The axes as ascending indices without repeats; all of them when `axes` is undefined. */
export function resolveAxes(op: string, axes: Axes | undefined, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  check(op, "axis", axes, AXES);
  const list = Array.isArray(axes) ? (axes as readonly number[]) : [axes as number];
  // Holes too, which map would pass over.
  return [...new Set(Array.from(list, (axis) => resolveAxis(op, axis, shape)))].sort((a, b) => a - b);
}

/** The shape after reducing `axes`: without them, or with 1 in their place. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims = false): number[] {
  return keepDims ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}

/** Reduces `axes` (ascending), one run of neighbouring axes at a time, the last first. */
export function reduceAxes(kernel: "sum_f32", x: Tensor, axes: readonly number[]): Tensor<"f32"> {
  let current = viewOf(x, x.shape) as Tensor<"f32">;
  let rest = [...axes];
  while (rest.length > 0) {
    const end = rest[rest.length - 1] + 1;
    let start = end - 1;
    while (rest.includes(start - 1)) start--;
    rest = rest.filter((axis) => axis < start);
    const kept: number[] = [];
    let [reduce, inner] = [1, 1];
    for (const [i, dim] of current.shape.entries()) {
      if (i < start || i >= end) kept.push(dim);
      if (i >= end) inner *= dim;
      else if (i >= start) reduce *= dim;
    }
    const size = sizeOf(kept);
    do {
      // Few columns are no work to share: blocks of rows are.
      const isTall = inner > 1 && sumUnits(size, inner) === 1 && reduce > 32 * ROWS && reduce % ROWS === 0;
      const rows = isTall ? ROWS : reduce;
      reduce = isTall ? reduce / ROWS : 1;
      const y = empty(isTall ? [size * reduce] : kept);
      parallelFor(kernel, sumUnits(y.size, inner), y, current, rows, inner, y.size);
      current = y;
    } while (reduce > 1);
  }
  return current;
}
