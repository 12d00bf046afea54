// The naive reference of broadcasting: every index of the output worked out on its own.

import { type Array64, array64 } from "../../lib/selftest/array64.ts";

export function broadcast64(f: (a: number, b: number) => number): (a: Array64, b: Array64) => Array64 {
  return (a, b) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const dim = (x: Array64, axis: number): number => x.shape[axis - rank + x.shape.length] ?? 1;
    const shape = Array.from({ length: rank }, (_, i) => (dim(a, i) === 1 ? dim(b, i) : dim(a, i)));
    const pick = (x: Array64, index: readonly number[]): number =>
      x.data[index.reduce((at, i, axis) => at * dim(x, axis) + (dim(x, axis) === 1 ? 0 : i), 0)];
    return array64(shape, (flat) => {
      const index: number[] = [];
      for (let axis = rank - 1, rest = flat; axis >= 0; axis--) {
        index.unshift(rest % shape[axis]);
        rest = Math.floor(rest / shape[axis]);
      }
      return f(pick(a, index), pick(b, index));
    });
  };
}
