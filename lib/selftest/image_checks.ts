// The self-test of how images become inputs: gathered and normalised, and distorted as well.

import { augmentImages, MNIST_MEAN, MNIST_STD, normalizeImages, scope, tensor } from "../index.ts";
import { all64, uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkValues } from "./check_op.ts";
import { augmentation64, images64, warpTolerance } from "./images64.ts";

const [H, W] = [5, 7];
const SCALE = { mean: MNIST_MEAN, std: MNIST_STD };
const MOST = { rotate: 15, shift: 2, scale: 0.1, shear: 0.1, elastic: 1.5, thickness: 0.4 };
const KEY = { seed: 3, epoch: 1, position: 0 };

/** Of `count` images. */
function bytes(count: number): { shape: number[]; data: Uint8Array } {
  return { shape: [count, H, W], data: Uint8Array.from(uniform64([count * H * W], 4, 0, 256).data) };
}

export const IMAGE_CHECKS: readonly Check[] = [
  checkValues("normalizeImages", () => {
    const [pixels, index] = [bytes(3), [2, 0, 2]];
    const y = normalizeImages(tensor(pixels.data, pixels.shape, "u8"), tensor(index, [3], "i32"));
    return { actual: Float32Array.from(y.data), expected: all64(images64(SCALE)(pixels, index)).data, roundings: 4 };
  }),
  {
    name: "augmentImages",
    compare: () => {
      const [pixels, index] = [bytes(2), [1, 0]];
      const actual = scope(() =>
        Float32Array.from(
          augmentImages(tensor(pixels.data, pixels.shape, "u8"), tensor(index, [2], "i32"), MOST, KEY).data,
        ),
      );
      const expected = all64(images64(SCALE, augmentation64(MOST, KEY, [H, W]))(pixels, index)).data;
      return [{ what: "values", actual, expected, tolerance: warpTolerance(H, W, MNIST_STD) }];
    },
  },
];
