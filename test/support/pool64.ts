// The naive reference of pooling: every window walked place by place.

import { type Array64, array64 } from "../../lib/selftest/array64.ts";

/** The places of an axis that window `i` covers, those outside the image included. */
export type Windows = { count: number; places(i: number): number[] };

/** Windows of `k` places, `stride` apart, over an axis of `size` padded on both sides. */
export function strided(size: number, k: number, stride: number, padding: number): Windows {
  const count = Math.floor((size + 2 * padding - k) / stride) + 1;
  return { count, places: (i) => Array.from({ length: k }, (_, r) => i * stride - padding + r) };
}

/** `count` windows that divide an axis of `size` evenly. */
export function adaptive(size: number, count: number): Windows {
  return {
    count,
    places: (i) => {
      const start = Math.floor((i * size) / count);
      return Array.from({ length: Math.ceil(((i + 1) * size) / count) - start }, (_, r) => start + r);
    },
  };
}

/** y[n,i,j,c] = pick(the values of the window); `outside` stands for the padding. */
export function pool64(
  x: Array64,
  rows: Windows,
  cols: Windows,
  outside: number,
  pick: (values: number[]) => number,
): Array64 {
  const [n, h, w, c] = x.shape;
  return array64([n, rows.count, cols.count, c], (at) => {
    const channel = at % c;
    const j = Math.floor(at / c) % cols.count;
    const i = Math.floor(at / c / cols.count) % rows.count;
    const image = Math.floor(at / c / cols.count / rows.count);
    const value = (r: number, s: number): number =>
      r < 0 || r >= h || s < 0 || s >= w ? outside : x.data[((image * h + r) * w + s) * c + channel];
    return pick(rows.places(i).flatMap((r) => cols.places(j).map((s) => value(r, s))));
  });
}

/** The first of equal maxima, and NaN before everything: JavaScript's own Math.max. */
export const largest = (values: number[]): number => Math.max(...values);

export const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
