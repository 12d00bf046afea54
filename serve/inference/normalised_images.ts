// From pixels as preprocessDigit gives them to what the networks read, and back: (x/255 − mean)/deviation, to the bits of normalizeImages.

import { MNIST_MEAN, MNIST_NORMALIZATION, MNIST_STD } from "../../data/index.ts";
import { normalizeImages, scope, tensor } from "../../lib/index.ts";
import { PIXELS } from "./served_model.ts";

let values: Float32Array | undefined;

/** What each of the 256 values of a pixel becomes: asked of the library once, and looked up from then on. */
function table(): Float32Array {
  values ??= scope(() => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    return normalizeImages(tensor(bytes, [1, 16, 16], "u8"), MNIST_NORMALIZATION).values.slice();
  }) as Float32Array;
  return values;
}

/** @returns [n, 28, 28], one picture behind another */
export function normalisedImages(pictures: readonly Uint8Array[]): Float32Array {
  const normalised = table();
  const images = new Float32Array(pictures.length * PIXELS);
  for (const [n, pixels] of pictures.entries()) {
    const offset = n * PIXELS;
    for (let i = 0; i < PIXELS; i++) images[offset + i] = normalised[pixels[i]];
  }
  return images;
}

/** Back to bytes, 0 for paper and 255 for ink; what no pixel can be becomes the nearest that one can. */
export function pixelsOf(images: Float32Array): Uint8ClampedArray {
  return Uint8ClampedArray.from(images, (value) => 255 * (value * MNIST_STD + MNIST_MEAN));
}
