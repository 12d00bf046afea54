// From bytes to what the networks take.

import { DTypeError, formatShape, ShapeError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Mean and standard deviation of all pixels of MNIST's training images, of 0 … 1. */
export const MNIST_MEAN = 0.1307;
export const MNIST_STD = 0.3081;

/**
 * Bytes as the network sees them: y = (x/255 − 0.1307)/0.3081, bit for bit torchvision's
 * `ToTensor` and `Normalize((0.1307,), (0.3081,))`.
 *
 * @param images [N, H, W] u8
 * @param index  [B] i32, which images to take; default all, in order
 * @returns [B, H, W, 1] f32
 * @throws {ShapeError} images or index of another rank
 * @throws {DTypeError} images that are not u8, an index that is not i32
 *
 * Cost: one pass over the images taken. Not differentiable. Index values are not checked.
 * @example normalizeImages(tensor(pixels, [1, 28, 28], "u8")) // [1, 28, 28, 1]
 */
export function normalizeImages(images: Tensor<"u8">, index?: Tensor<"i32">): Tensor<"f32"> {
  if (images.dtype !== "u8" || (index && index.dtype !== "i32")) {
    throw new DTypeError(`normalizeImages: images must be u8, index i32; got ${images.dtype}, ${index?.dtype}.`, {
      images: images.dtype,
      index: index?.dtype,
    });
  }
  if (images.shape.length !== 3 || (index && index.shape.length !== 1)) {
    throw new ShapeError(
      `normalizeImages: images must be [N, H, W], index [B]; got ${formatShape(images.shape)}` +
        `${index ? `, ${formatShape(index.shape)}` : ""}.`,
      { images: images.shape, index: index?.shape },
    );
  }
  const [count, height, width] = images.shape;
  const rows = index ? index.size : count;
  const y = empty([rows, height, width, 1]);
  parallelFor("normalize_f32", rows, y.ptr, images.ptr, index?.ptr ?? 0, height * width, MNIST_MEAN, MNIST_STD);
  return y;
}
