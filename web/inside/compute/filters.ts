// Filters of a 28 × 28 picture: a blur, and a shift. Beyond its edges there is paper.

import { PIXELS, SIDE } from "../side.ts";

/** By a Gaussian, rows and columns one after the other. @param sigma in pixels; 0 leaves it as it is */
export function blur(values: Float32Array, sigma: number): Float32Array {
  if (sigma === 0) return values;
  const reach = Math.ceil(2.5 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (from: Float32Array, right: number, down: number): Float32Array => {
    const result = new Float32Array(PIXELS);
    weights.forEach((weight, i) => {
      const moved = shift(from, (i - reach) * right, (i - reach) * down);
      for (let at = 0; at < PIXELS; at++) result[at] += (weight / total) * moved[at];
    });
    return result;
  };
  return along(along(values, 1, 0), 0, 1);
}

/** By whole pixels. */
export function shift(values: Float32Array, right: number, down: number): Float32Array {
  if (right === 0 && down === 0) return values;
  const result = new Float32Array(PIXELS);
  for (let y = Math.max(0, down); y < Math.min(SIDE, SIDE + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(SIDE, SIDE + right); x++) {
      result[y * SIDE + x] = values[(y - down) * SIDE + x - right];
    }
  }
  return result;
}
