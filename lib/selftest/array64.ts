// What references compute with: f64 numbers in a shape, the inputs that they are given, and what f32 may be off by.

/** What references read: their f64 arrays, and the library's tensors. */
export interface Operand64 {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What references give: each number is worked out when it is asked for, since of large results a few samples are enough. */
export interface Elements64 {
  readonly shape: readonly number[];
  at(index: number): number;
}

/** Numbers that are all worked out: they can be read, and read on. */
export interface Array64 extends Operand64, Elements64 {
  readonly data: Float64Array;
}

export function array64(shape: readonly number[], fill: (index: number) => number = () => 0): Array64 {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = fill(i);
  return { shape, data, at: (index) => data[index] };
}

/** Works all of them out. */
export function all64({ shape, at }: Elements64): Array64 {
  return array64(shape, at);
}

export function map64(x: Operand64, f: (value: number, index: number) => number): Array64 {
  const { data } = x;
  return array64(x.shape, (i) => f(data[i], i));
}

/**
 * Uniform in [low, high), by a separate generator (mulberry32), so that a fault of the library's cannot hide here;
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

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A flat index as one index an axis. */
export function unravel(index: number, shape: readonly number[]): number[] {
  const indices = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return indices;
}

export function total64(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function mean64(values: ArrayLike<number>): number {
  return total64(values) / values.length;
}

export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

/** Half the distance from 1 to the next f32: the relative error of one rounding. */
export const UNIT_ROUNDOFF = 2 ** -24;
/** A deviation this many times the typical one has a probability below 1e-3 a sum, all being random. */
const CONFIDENCE = 4;

/**
 * The error that a sum of `terms` products, none larger than `maxTerm`, may show in f32: λ·√terms·u·Σ|term|, with high
 * probability for any order of summation.
 * Source: Higham & Mary 2019, A new approach to probabilistic rounding error analysis.
 */
export function sumTolerance(maxTerm: number, terms: number): number {
  return CONFIDENCE * Math.sqrt(terms) * UNIT_ROUNDOFF * terms * maxTerm;
}
