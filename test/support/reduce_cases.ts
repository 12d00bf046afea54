// What reductions are tested on.

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
