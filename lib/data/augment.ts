// Augmentation: images distorted at random, so that a model learns what does not matter.

import { checkOptions, integer, type Rule, required } from "../base/check.ts";
import { GRIDS_SIZE } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { keyArguments, STREAMS } from "../runtime/rng.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Distortion, warpImages } from "./distort.ts";
import type { Normalization } from "./normalize.ts";

/** How far each image may be distorted: every part is drawn evenly from 0 to this, either way. Default: not at all. */
export interface Augmentation {
  /** Rotation: at most this many degrees either way; up to 180. */
  rotate?: number;
  /** Shift: at most this many pixels, horizontally and vertically. */
  shift?: number;
  /** Enlarged or shrunk by at most this part, each way by itself: 0.1 is 0.9 to 1.1 times the size; below 1. */
  scale?: number;
  /** Slant: at most this many pixels per pixel. */
  shear?: number;
  /** Elastic distortion: each pixel moves by at most this many pixels, along a smooth random field. */
  elastic?: number;
  /** Bright strokes made thicker or thinner by at most this part of a pixel on each side; up to 1. */
  thickness?: number;
}

/** Which distortions are drawn: those of the image at `position` in `epoch` are the same whatever the batch. */
export interface AugmentKey {
  seed: number;
  epoch: number;
  /** That of the first of the images in the epoch's order; the others follow. */
  position: number;
}

function upTo(limit: number): Rule {
  return {
    says: `a number from 0 to ${limit}`,
    holds: (value) => typeof value === "number" && value >= 0 && value <= limit,
  };
}

const RULES: Readonly<Record<keyof Augmentation, Rule>> = {
  rotate: /* @__PURE__ */ upTo(180),
  shift: /* @__PURE__ */ upTo(1000),
  // At 1 an image could shrink to nothing.
  scale: {
    says: "a number from 0 to below 1",
    holds: (value) => typeof value === "number" && value >= 0 && value < 1,
  },
  shear: /* @__PURE__ */ upTo(10),
  elastic: /* @__PURE__ */ upTo(1000),
  thickness: /* @__PURE__ */ upTo(1),
};
const KEY_RULES: Readonly<Record<keyof AugmentKey, Rule>> = {
  seed: /* @__PURE__ */ required(integer(0)),
  epoch: /* @__PURE__ */ required(integer(0)),
  position: /* @__PURE__ */ required(integer(0)),
};
/** Numbers drawn for an image: whole groups of 16, which are four blocks of the generator. */
const PLAN_DRAWS = 16;
const WORDS_PER_BLOCK = 4;
/** Each epoch draws from its own steps: plans from the even, displacements from the odd ones. */
const KINDS = 2;

/** @throws {OptionError} a part that is not a number from 0 to its limit, or has another name */
export function checkAugmentation(augmentation: Augmentation): void {
  checkOptions("augment", augmentation, RULES);
}

/**
 * Images distorted at random, normalised as `normalizeImages` does it: each is turned, moved, scaled, slanted and
 * bent in one bilinear warp about its centre, its bright strokes made thicker or thinner; all its channels alike. What
 * comes from outside is 0, before it is normalised.
 *
 * @param images [N, H, W] or [N, H, W, C], u8 or f32
 * @param index  [B] i32, which images to take
 * @param augmentation how far; parts that are left out stay as they are
 * @param key    from which the distortions are drawn: a counter-based generator, so no state and no order
 * @param normalization default: none
 * @returns [B, H, W, C] f32; C is 1 for [N, H, W]
 * @throws {OptionError} a part outside its limits, a key that is not of integers ≥ 0, or what `normalizeImages` finds
 *   wrong with the normalisation
 * @throws {ShapeError} images or index of another rank
 * @throws {DTypeError} images that are neither u8 nor f32, an index that is not i32
 * @throws {DataError} an index out of range
 *
 * Cost: about 8 ns per pixel, 17 ns with `elastic` and `thickness`: `npm run bench -- --filter augmentImages`; so
 * many times as much as there are channels.
 * Not differentiable.
 * Source: Simard, Steinkraus & Platt 2003, Best practices for convolutional neural networks.
 * @example augmentImages(images, index, { rotate: 10, shift: 2 }, { seed: 0, epoch: 1, position: 0 })
 */
export function augmentImages(
  images: Tensor<"u8" | "f32">,
  index: Tensor<"i32">,
  augmentation: Augmentation,
  key: AugmentKey,
  normalization: Normalization | null = null,
): Tensor<"f32"> {
  checkAugmentation(augmentation);
  checkOptions("augmentImages", key, KEY_RULES);
  checkTensor("augmentImages", "index", index, "i32");
  const rows = index.size;
  using grids = augmentation.elastic ? draw(rows, GRIDS_SIZE, augmentation.elastic, key, 1) : null;
  const distortions = drawDistortions(rows, augmentation, key);
  return warpImages("augmentImages", { images, index, normalization, distortions, grids });
}

/** [rows, count], each from −reach to reach; those of an image follow from its position alone. */
function draw(rows: number, count: number, reach: number, key: AugmentKey, kind: number): Tensor<"f32"> {
  const { seed, epoch, position } = key;
  const [, ...rest] = keyArguments("augment", { seed, stream: STREAMS.augment, step: KINDS * epoch + kind });
  const y = empty([rows, count]);
  parallelFor("random_uniform_f32", y.size, y.ptr, -reach, reach, (position * count) / WORDS_PER_BLOCK, ...rest);
  return y;
}

function drawDistortions(rows: number, most: Augmentation, key: AugmentKey): Distortion[] {
  const { rotate = 0, shift = 0, scale = 0, shear = 0, thickness = 0 } = most;
  using drawn = draw(rows, PLAN_DRAWS, 1, key, 0);
  const draws = drawn.data;
  return Array.from({ length: rows }, (_, row) => {
    const at = row * PLAN_DRAWS;
    return {
      rotate: draws[at] * rotate,
      shear: draws[at + 1] * shear,
      scaleX: 1 + draws[at + 2] * scale,
      scaleY: 1 + draws[at + 3] * scale,
      shiftX: draws[at + 4] * shift,
      shiftY: draws[at + 5] * shift,
      thickness: draws[at + 6] * thickness,
    };
  });
}
