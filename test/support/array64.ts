// Plain f64 arrays: what the naive references compute with.

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function array64(shape: readonly number[], fill: (index: number) => number = () => 0): Array64 {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, i) => fill(i)) };
}

/** The same function of every element. */
export function map64(x: Array64, f: (value: number, index: number) => number): Array64 {
  return array64(x.shape, (i) => f(x.data[i], i));
}

/**
 * Numbers from a small generator of its own (mulberry32), so that a test does not lean on the
 * library's: uniform in [low, high), rounded to f32 so that both sides start from the same values.
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
