// What the colours of a stage stand for.

import type { FeatureMaps } from "../compute/feature_maps.ts";

/** max |value|; 1 where all are 0 */
export function largestSize(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most || 1;
}

/** The numbers of the darkest and of the brightest colour: from 0 where nothing is below it, else from the least. */
export function rangeOf({ values, isRectified }: FeatureMaps): { low: number; high: number } {
  let low = isRectified ? 0 : Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? { low, high } : { low, high: low + 1 };
}
