// Augmentation: images distorted at random, so that a model learns what does not matter.

import { checkOptions, integer, type Rule, required } from "../base/check.ts";
import { GRIDS_SIZE, noisePitch } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { keyArguments, STREAMS } from "../runtime/rng.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkImages } from "./check_images.ts";
import { type Degradation, type Distortion, warpImages } from "./distort.ts";
import type { Normalization } from "./normalize.ts";

/**
 * How far each image may be distorted: every part is drawn evenly from 0 to this, either way. Parts that degrade an image, from
 * `stretch` on, are drawn for an eighth of the images each, independently: with all of them a third of the images have none.
 * Default: not at all.
 */
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
  /**
   * Bright strokes made thicker or thinner by at most this many pixels on each side; up to 2. Thinner by at most 0.8, so that
   * something is left of strokes that are one or two pixels wide.
   */
  thickness?: number;
  /**
   * Ink that is narrower than high, or lower than wide, stretched toward a square by at most this part of the way, as
   * scans that fill a square box are; up to 1. The ink is what is not 0; nothing is stretched to more than three times.
   */
  stretch?: number;
  /** Two round holes in it, each at most this many pixels wide. */
  gaps?: number;
  /** Blurred by a standard deviation of at most this many pixels; up to 1. */
  blur?: number;
  /**
   * Scanned with pixels larger by at most this part, 1.5 being up to 2.5 times as large, and enlarged again,
   * from blocks to smooth; up to 15.
   */
  coarse?: number;
  /**
   * Darker by at most this part, for an eighth of the images; for another the brightest value made white, and all values taken
   * apart about the middle, 1/(1 − this) times at most; below 1.
   */
  contrast?: number;
  /** Each pixel brighter or darker by at most this part of full scale; up to 1. */
  noise?: number;
  /**
   * Blocks as JPEG leaves them: the cosine transform of 8×8 pixels rounded to steps of at most this part of full
   * scale, which are an eighth of it in average brightness, and eight times as large for the finest detail; up to 1.
   */
  blocks?: number;
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

const BELOW_1: Rule = {
  says: "a number from 0 to below 1",
  holds: (value) => typeof value === "number" && value >= 0 && value < 1,
};
const RULES: Readonly<Record<keyof Augmentation, Rule>> = {
  rotate: /* @__PURE__ */ upTo(180),
  shift: /* @__PURE__ */ upTo(1000),
  // At 1 an image could shrink to nothing.
  scale: BELOW_1,
  shear: /* @__PURE__ */ upTo(10),
  elastic: /* @__PURE__ */ upTo(1000),
  thickness: /* @__PURE__ */ upTo(2),
  stretch: /* @__PURE__ */ upTo(1),
  gaps: /* @__PURE__ */ upTo(1000),
  blur: /* @__PURE__ */ upTo(1),
  coarse: /* @__PURE__ */ upTo(15),
  // At 1 an image could darken to nothing.
  contrast: BELOW_1,
  noise: /* @__PURE__ */ upTo(1),
  blocks: /* @__PURE__ */ upTo(1),
};
const KEY_RULES: Readonly<Record<keyof AugmentKey, Rule>> = {
  seed: /* @__PURE__ */ required(integer(0)),
  epoch: /* @__PURE__ */ required(integer(0)),
  position: /* @__PURE__ */ required(integer(0)),
};
/** Numbers drawn for an image: whole groups of 16, which are four blocks of the generator. */
const PLAN_DRAWS = 16;
const WORDS_PER_BLOCK = 4;
const THINNEST = 0.8;
/** Of what is drawn from −1 to 1, how much is taken for nothing. */
const RARITY = 0.75;
/** Each epoch draws from its own steps: plans from the even, displacements from the odd ones; of `degrade` noise from those. */
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
  const grids = augmentation.elastic ? draw(rows, GRIDS_SIZE, augmentation.elastic, key, "augment", 1) : null;
  const [, h, w] = checkImages("augmentImages", images, index);
  const noise = augmentation.noise ? draw(rows, noisePitch(h, w), 1, key, "degrade", 1) : null;
  const distortions = drawDistortions(rows, augmentation, key);
  const degradations = DEGRADING.some((part) => augmentation[part])
    ? drawDegradations(rows, augmentation, key, h, w)
    : null;
  const warp = { images, index, normalization, distortions, degradations, grids, noise };
  return consuming(warpImages("augmentImages", warp), grids, noise);
}

const DEGRADING = ["stretch", "gaps", "blur", "coarse", "contrast", "noise", "blocks"] as const;

/** [rows, count], each from −reach to reach; those of an image follow from its position alone. */
function draw(
  rows: number,
  count: number,
  reach: number,
  { seed, epoch, position }: AugmentKey,
  stream: "augment" | "degrade",
  kind: number,
): Tensor<"f32"> {
  const [, ...rest] = keyArguments("augment", { seed, stream: STREAMS[stream], step: KINDS * epoch + kind });
  const y = empty([rows, count]);
  parallelFor("random_uniform_f32", y.size, y, -reach, reach, (position * count) / WORDS_PER_BLOCK, ...rest);
  return y;
}

/** [rows, PLAN_DRAWS] */
function drawPlans(rows: number, key: AugmentKey, stream: "augment" | "degrade"): Float32Array {
  const drawn = draw(rows, PLAN_DRAWS, 1, key, stream, 0);
  return consuming(drawn.data.slice(), drawn);
}

function drawDistortions(rows: number, most: Augmentation, key: AugmentKey): Distortion[] {
  const { rotate = 0, shift = 0, scale = 0, shear = 0, thickness = 0 } = most;
  const draws = drawPlans(rows, key, "augment");
  return Array.from({ length: rows }, (_, row) => {
    const at = row * PLAN_DRAWS;
    return {
      rotate: draws[at] * rotate,
      shear: draws[at + 1] * shear,
      scaleX: 1 + draws[at + 2] * scale,
      scaleY: 1 + draws[at + 3] * scale,
      shiftX: draws[at + 4] * shift,
      shiftY: draws[at + 5] * shift,
      thickness: draws[at + 6] * (draws[at + 6] < 0 ? Math.min(thickness, THINNEST) : thickness),
    };
  });
}

/** Holes are made in the middle part of the image, where most of the ink is. */
const MIDDLE = 0.75;

function drawDegradations(rows: number, most: Augmentation, key: AugmentKey, h: number, w: number): Degradation[] {
  const { stretch = 0, gaps = 0, blur = 0, coarse = 0, contrast = 0, noise = 0, blocks = 0 } = most;
  const draws = drawPlans(rows, key, "degrade");
  return Array.from({ length: rows }, (_, row) => {
    const at = row * PLAN_DRAWS;
    /** From −1 to 1; three quarters of the images have 0. */
    const rare = (i: number): number => {
      const beyond = Math.max(0, Math.abs(draws[at + i]) - RARITY) / (1 - RARITY);
      return draws[at + i] < 0 ? -beyond : beyond;
    };
    const oneWay = (i: number, limit: number): number => Math.max(0, rare(i)) * limit;
    const part = (i: number): number => (draws[at + i] + 1) / 2;
    const place = (i: number, size: number): number => ((size - 1) / 2) * (1 + MIDDLE * draws[at + i]);
    const larger = oneWay(3, coarse);
    return {
      stretch: oneWay(0, stretch),
      contrast: rare(1) * contrast,
      blur: oneWay(2, blur),
      cell: larger > 0 ? 1 + larger : 0,
      start: [part(4), part(5)],
      smoothness: part(6),
      noise: oneWay(7, noise),
      blocks: oneWay(8, blocks),
      blockStart: [Math.floor(8 * part(9)), Math.floor(8 * part(10))],
      hole: oneWay(11, gaps) / 2,
      holes: [place(12, h), place(13, w), place(14, h), place(15, w)],
    };
  });
}
