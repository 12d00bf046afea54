// Ink: a digit as 28 × 28 numbers, row by row, 0 for paper and 1 for ink, which is what is looked at and changed here; and as the
// networks take it.

import { MNIST_NORMALIZATION } from "../../../data/index.ts";
import { normalizeImages, type Tensor, tensor } from "../../../lib/index.ts";
import { PIXELS, SIDE } from "../side.ts";

/** @param pixels as the reader gives them, 0 to 255 */
export function inkOf(pixels: Uint8Array): Float32Array {
  return Float32Array.from(pixels, (value) => value / 255);
}

/** The nearest picture that a file can hold. */
export function pixelsOf(ink: Float32Array): Uint8Array {
  return Uint8Array.from(ink, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

/** [N, 28, 28, 1], normalised. */
export function inputOf(inks: readonly Float32Array[]): Tensor<"f32"> {
  const values = new Float32Array(inks.length * PIXELS);
  for (const [i, ink] of inks.entries()) values.set(ink, i * PIXELS);
  return normalizeImages(tensor(values, [inks.length, SIDE, SIDE]), MNIST_NORMALIZATION);
}
