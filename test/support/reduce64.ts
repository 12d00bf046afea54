// The naive reference of reductions: each slice gathered on its own, in row-major order.

import { type Array64, array64 } from "../../lib/selftest/array64.ts";

export interface ReduceCase {
  shape: readonly number[];
  /** Ascending; undefined: all. */
  axes: readonly number[] | undefined;
  keepDims?: boolean;
}

/** Every kind of axes: none, one, neighbours, apart, all; sizes around the vector's width. */
export const REDUCE_CASES: readonly ReduceCase[] = [
  { shape: [], axes: undefined },
  { shape: [7], axes: undefined },
  { shape: [2, 3, 5], axes: undefined },
  { shape: [2, 3, 5], axes: [0] },
  { shape: [2, 3, 5], axes: [1] },
  { shape: [2, 3, 5], axes: [2] },
  { shape: [2, 3, 5], axes: [0, 1] },
  { shape: [2, 3, 5], axes: [0, 2] },
  { shape: [2, 3, 5], axes: [1, 2], keepDims: true },
  { shape: [3, 2, 4, 5], axes: [0, 2], keepDims: true },
  { shape: [3, 2, 4, 5], axes: [1, 3] },
  { shape: [1, 33], axes: [0] },
  { shape: [33, 1], axes: [0] },
  ...[3, 4, 8, 15, 16, 17, 33].flatMap((size) => [
    { shape: [5, size], axes: [0] },
    { shape: [3, size], axes: [1] },
  ]),
];

export const titleOf = ({ shape, axes, keepDims }: ReduceCase): string =>
  `[${shape}] over ${axes ? `[${axes}]` : "all axes"}${keepDims ? ", kept" : ""}`;

export function reduce64(
  f: (slice: readonly number[]) => number,
  { axes, keepDims }: ReduceCase,
): (x: Array64) => Array64 {
  return (x) => {
    const isReduced = x.shape.map((_, axis) => axes === undefined || axes.includes(axis));
    const kept = x.shape.map((dim, axis) => (isReduced[axis] ? 1 : dim));
    const slices: number[][] = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, () => []);
    x.data.forEach((value, flat) => {
      let at = 0;
      let scale = 1;
      for (let axis = x.shape.length - 1, rest = flat; axis >= 0; axis--) {
        if (!isReduced[axis]) at += (rest % x.shape[axis]) * scale;
        rest = Math.floor(rest / x.shape[axis]);
        scale *= kept[axis];
      }
      slices[at].push(value);
    });
    const shape = keepDims ? kept : x.shape.filter((_, axis) => !isReduced[axis]);
    return array64(shape, (i) => f(slices[i]));
  };
}
