// The self-test of how images become inputs: gathered and normalised, and distorted as well.

import { type Augmentation, augmentImages, normalizeImages, scope, tensor } from "../index.ts";
import { all64, uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkValues, type Values } from "./check_op.ts";
import { augmentation64, images64, warpTolerance } from "./images64.ts";

const [H, W] = [5, 7];
const STD = 0.31;
const SCALE = { mean: 0.13, std: STD };
const COLOURS = { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] };
const MOST = { rotate: 15, shift: 2, scale: 0.1, shear: 0.1, elastic: 1.5, thickness: 0.4 };
const ALL = { ...MOST, stretch: 0.7, gaps: 3, blur: 0.9, coarse: 1.5, contrast: 0.5, noise: 0.3, blocks: 0.3 };
/** What contrast multiplies by at most: to white from an eighth of it, and apart. */
const GAIN = 16;
const KEY = { seed: 3, epoch: 1, position: 0 };

/** Of `count` images. */
function bytes(count: number, channels = 1): { shape: number[]; data: Uint8Array } {
  const shape = [count, H, W, channels];
  return { shape, data: Uint8Array.from(uniform64(shape, 4, 0, 256).data) };
}

function normalized(
  { shape, data }: { shape: number[]; data: Uint8Array | Float32Array },
  scale: { mean: number | number[]; std: number | number[]; most?: number },
): Values {
  const index = [2, 0, 2];
  const images = data instanceof Uint8Array ? tensor(data, shape) : tensor(data, shape);
  const y = normalizeImages(images, scale, tensor(index, [3], "i32"));
  return {
    actual: Float32Array.from(y.data),
    expected: all64(images64(scale)({ shape, data }, index)).data,
    roundings: 4,
  };
}

export const IMAGE_CHECKS: readonly Check[] = [
  checkValues("normalizeImages", () => normalized(bytes(3), SCALE)),
  checkValues("normalizeImages, three channels", () => normalized(bytes(3, 3), COLOURS)),
  checkValues("normalizeImages of f32", () => {
    const { shape, data } = bytes(3);
    return normalized({ shape, data: Float32Array.from(data, (value) => value / 256) }, { ...SCALE, most: 1 });
  }),
  augmented("augmentImages", MOST, 2, 1),
  augmented("augmentImages, degraded", ALL, 16, GAIN),
];

function augmented(name: string, most: Augmentation, count: number, gain: number): Check {
  return {
    name,
    compare: () => {
      const [pixels, index] = [bytes(count), Array.from({ length: count }, (_, i) => count - 1 - i)];
      const actual = scope(() => {
        const images = tensor(pixels.data, pixels.shape);
        return Float32Array.from(augmentImages(images, tensor(index, [count], "i32"), most, KEY, SCALE).data);
      });
      const expected = all64(images64(SCALE, augmentation64(most, KEY, [H, W]))(pixels, index)).data;
      return [{ what: "values", actual, expected, tolerance: warpTolerance(H, W, STD, gain) }];
    },
  };
}
