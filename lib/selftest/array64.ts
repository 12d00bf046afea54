// What the self-test computes with: plain f64 arrays, the numbers in them, and what f32 may be off by.

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Half the distance from 1 to the next f32: the relative error of one rounding. */
const UNIT_ROUNDOFF = 2 ** -24;
/** A deviation this many times the typical one has a probability below 1e-3 a sum, all being random. */
const CONFIDENCE = 4;

export function array64(shape: readonly number[], fill: (index: number) => number = () => 0): Array64 {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, i) => fill(i)) };
}

export function map64(x: Array64, f: (value: number, index: number) => number): Array64 {
  return array64(x.shape, (i) => f(x.data[i], i));
}

/**
 * Uniform in [low, high), by a generator of its own (mulberry32), so that a fault of the library's cannot hide here;
 * rounded to f32, so that both sides start from the same values.
 */
export function uniform64(shape: readonly number[], seed: number, low = -1, high = 1): Array64 {
  let state = seed >>> 0;
  return array64(shape, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.fround(low + ((high - low) * ((t ^ (t >>> 14)) >>> 0)) / 2 ** 32);
  });
}

export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

/**
 * The error that a sum of `terms` products, none larger than `maxTerm`, may show in f32: λ·√terms·u·Σ|term|, with high
 * probability for any order of summation.
 * Source: Higham & Mary 2019, A new approach to probabilistic rounding error analysis.
 */
export function sumTolerance(maxTerm: number, terms: number): number {
  return CONFIDENCE * Math.sqrt(terms) * UNIT_ROUNDOFF * terms * maxTerm;
}
