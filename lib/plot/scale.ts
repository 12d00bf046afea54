// From a value to where it lies along an axis.

import type { Axis } from "./ticks.ts";

/** 0 at the beginning of the axis, 1 at its end; beyond, outside that range. What no logarithm has lies below. */
export function fractionAlong({ from, to, isLog }: Axis, value: number): number {
  if (!isLog) return (value - from) / (to - from);
  if (value <= from / 2) return log2(0.5) / log2(to / from);
  return log2(value / from) / log2(to / from);
}

/**
 * Binary logarithm, the same on every engine: x = 2ᵉ·m with m around 1, then log m by the series of
 * 2·artanh t, t = (m−1)/(m+1), whose 13th term is below 10⁻²⁰. NaN for what is not finite and > 0.
 */
export function log2(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return Number.NaN;
  let exponent = 0;
  let m = x;
  for (; m > Math.SQRT2; m /= 2) exponent++;
  for (; m < Math.SQRT1_2; m *= 2) exponent--;
  const t = (m - 1) / (m + 1);
  let sum = 0;
  for (let power = t, n = 1; n < 26; n += 2, power *= t * t) sum += power / n;
  return exponent + (2 * sum) / Math.LN2;
}
