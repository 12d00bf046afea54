// @internal Brings the axes to reduce next to each other, for kernels that cannot take one after the other.

import { formatShape, ShapeError } from "../base/errors.ts";
import { consuming } from "../tensor/scope.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/**
 * x as [outer, reduce, inner], `reduce` being the given ascending axes in their order: a view where they are
 * neighbours, else a transposed copy. Differentiable.
 *
 * @throws {ShapeError} there is nothing to reduce: one of the axes is empty
 */
export function asOneRun<D extends "f32" | "i32">(op: string, x: Tensor<D>, axes: readonly number[]): Tensor<D> {
  const reduce = sizeOf(axes.map((axis) => x.shape[axis]));
  if (reduce === 0) {
    throw new ShapeError(`${op}: nothing to choose from along axes ${formatShape(axes)} of ${formatShape(x.shape)}.`, {
      shape: x.shape,
      axes,
    });
  }
  const [first = 0] = axes;
  if (axes.every((axis, i) => axis === first + i)) {
    const outer = sizeOf(x.shape.slice(0, first));
    return reshape(x, [outer, reduce, sizeOf(x.shape.slice(first + axes.length))]);
  }
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const moved = transpose(x, [...kept, ...axes]);
  return consuming(reshape(moved, [sizeOf(kept.map((axis) => x.shape[axis])), reduce, 1]), moved);
}
