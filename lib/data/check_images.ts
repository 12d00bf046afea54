// checkImages: what operations on images refuse.

import { DTypeError, formatShape, ShapeError } from "../base/errors.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * @internal
 * @returns [N, H, W, C]; C is 1 for images without an axis of channels
 * @throws {DTypeError} what is no tensor, images that are neither u8 nor f32, an index that is not i32
 * @throws {ShapeError} images or index of another rank
 */
export function checkImages(
  op: string,
  images: Tensor<"u8" | "f32">,
  index?: Tensor<"i32">,
): [n: number, h: number, w: number, channels: number] {
  checkTensor(op, "images", images, "any");
  if (index) checkTensor(op, "index", index, "any");
  const { dtype, shape } = images;
  if ((dtype !== "u8" && dtype !== "f32") || (index && index.dtype !== "i32")) {
    throw new DTypeError(
      `${op}: images must be u8 or f32${index ? ", index i32" : ""}; got ${dtype}${index ? `, ${index.dtype}` : ""}.`,
      { images: dtype, index: index?.dtype },
    );
  }
  if ((shape.length !== 3 && shape.length !== 4) || (index && index.shape.length !== 1)) {
    throw new ShapeError(
      `${op}: images must be [N, H, W] or [N, H, W, C]${index ? ", index [B]" : ""}; got ${formatShape(shape)}` +
        `${index ? `, ${formatShape(index.shape)}` : ""}.`,
      { images: shape, index: index?.shape },
    );
  }
  const [n, h, w, channels = 1] = shape;
  return [n, h, w, channels];
}
