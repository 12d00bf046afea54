// Distortion: images turned, moved, scaled, slanted, bright strokes made thicker or thinner, each by a given amount.

import { checkOptions, finite, positive, type Rule } from "../base/check.ts";
import { cosPi } from "../base/cos_pi.ts";
import { augmentScratch, PLAN_SIZE } from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkImages } from "./check_images.ts";
import { checkNormalization, type Normalization, tableOf } from "./normalize.ts";

/** By how much an image is distorted; what is left out stays as it is. */
export interface Distortion {
  /** Degrees, clockwise. */
  rotate?: number;
  /** Pixels to the right. */
  shiftX?: number;
  /** Pixels down. */
  shiftY?: number;
  /** How many times as wide, > 0. */
  scaleX?: number;
  /** How many times as high, > 0. */
  scaleY?: number;
  /** Pixels to the right per pixel down. */
  shear?: number;
  /** Bright strokes thicker by this many pixels on each side, thinner below 0; from −2 to 2. */
  thickness?: number;
}

const RULES: Readonly<Record<keyof Distortion, Rule>> = {
  rotate: finite,
  shiftX: finite,
  shiftY: finite,
  scaleX: positive,
  scaleY: positive,
  shear: finite,
  thickness: { says: "from −2 to 2", holds: (value) => typeof value === "number" && value >= -2 && value <= 2 },
};

/**
 * Images distorted, all alike, and normalised as `normalizeImages` does it: one bilinear warp about the centre, the same
 * for all channels. What comes from outside is 0, before it is normalised.
 *
 * @param images        [N, H, W] or [N, H, W, C], u8 or f32
 * @param index         [B] i32, which images to take
 * @param normalization default: none
 * @returns [B, H, W, C] f32; C is 1 for [N, H, W]
 * @throws {OptionError} an amount that is not finite, a scale ≤ 0, a thickness outside −2 … 2, or another name; or what
 *   `normalizeImages` finds wrong with the normalisation
 * @throws {ShapeError} images or index of another rank
 * @throws {DTypeError} images that are neither u8 nor f32, an index that is not i32
 * @throws {DataError} an index out of range
 *
 * Cost: that of `augmentImages` without `elastic`. Not differentiable.
 * @example distortImages(images, index, { rotate: 15, shiftX: 2 })
 */
export function distortImages(
  images: Tensor<"u8" | "f32">,
  index: Tensor<"i32">,
  distortion: Distortion,
  normalization: Normalization | null = null,
): Tensor<"f32"> {
  checkDistortion(distortion);
  checkTensor("distortImages", "index", index, "i32");
  const distortions = new Array<Distortion>(index.size).fill(distortion);
  return warpImages("distortImages", { images, index, normalization, distortions, grids: null, noise: null });
}

/** @throws {OptionError} an amount outside its limits, or one of another name */
export function checkDistortion(distortion: Distortion): void {
  checkOptions("distort", distortion, RULES);
}

/** @internal What is done to an image once it is distorted; 0, and what is left out: nothing. All that are given are given in full. */
export interface Degradation {
  /** How far narrow ink is stretched toward a square, from 0 to 1. */
  stretch: number;
  /** Below 0 darker by this part, above 0 harder: from −1 to below 1. */
  contrast: number;
  /** Standard deviation in pixels, up to 1. */
  blur: number;
  /** Pixels of this size, in terms of the image's own, at least 1; the first begins at `start` of its size before the image. */
  cell: number;
  start: readonly [row: number, column: number];
  /** Enlarged by repeating pixels at 0, linearly at 1. */
  smoothness: number;
  /** The most by which it changes a pixel, as a part of full scale. */
  noise: number;
  /** The step of the average brightness of a block, as a part of full scale. */
  blocks: number;
  /** Where the first block begins: so many pixels before the image, from 0 to 7. */
  blockStart: readonly [row: number, column: number];
  /** Radius of both holes, in pixels. */
  hole: number;
  /** Row and column of one hole, and of the other. */
  holes: readonly [number, number, number, number];
}

interface Warp {
  images: Tensor<"u8" | "f32">;
  index: Tensor<"i32">;
  normalization: Normalization | null;
  /** One for each of `index`. */
  distortions: readonly Distortion[];
  /** Likewise, or none. */
  degradations?: readonly Degradation[] | null;
  /** The displacements of kernels/augment.ts besides; null for none. */
  grids: Tensor<"f32"> | null;
  /** [B, noisePitch], from −1 to 1; null for none. */
  noise: Tensor<"f32"> | null;
}

/** @internal Each image distorted by its own amounts. */
export function warpImages(op: string, warp: Warp): Tensor<"f32"> {
  const { images, index, normalization, distortions, degradations, grids, noise } = warp;
  const [n, h, w, channels] = checkImages(op, images, index);
  checkIndices(op, "index", index.values, n);
  checkNormalization(op, normalization, channels);
  const plans = empty([index.size, PLAN_SIZE]);
  const { data } = plans;
  distortions.forEach((distortion, row) => {
    data.set(planOf(distortion, h, w, degradations?.[row]), row * PLAN_SIZE);
  });
  const table = tableOf(normalization, channels, channels);
  const y = empty([index.size, h, w, channels]);
  parallelForWithScratch(
    "augment_f32",
    index.size,
    augmentScratch(h, w, channels),
    y,
    images,
    index,
    plans,
    grids,
    noise,
    h,
    w,
    channels,
    images.dtype === "u8" ? 1 : 0,
    table,
  );
  return consuming(y, plans, table);
}

/**
 * From the place (j, i) of a pixel to where it comes from, by the inverse of
 *
 *   p = centre + shift + R(θ)·[1 k; 0 1]·diag(sx, sy)·(source − centre)
 */
function planOf(distortion: Distortion, h: number, w: number, degradation?: Degradation): number[] {
  const { rotate = 0, shiftX = 0, shiftY = 0, scaleX = 1, scaleY = 1, shear = 0, thickness = 0 } = distortion;
  const turn = rotate / 180;
  const [cos, sin] = [cosPi(turn), cosPi(turn - 0.5)];
  // R(−θ), then the slant undone, then the scale.
  const [a, b] = [(cos + shear * sin) / scaleX, (sin - shear * cos) / scaleX];
  const [d, e] = [-sin / scaleY, cos / scaleY];
  const [cx, cy] = [(w - 1) / 2, (h - 1) / 2];
  const c = cx - a * (cx + shiftX) - b * (cy + shiftY);
  const f = cy - d * (cx + shiftX) - e * (cy + shiftY);
  return [a, b, c, d, e, f, thickness, ...stepsOf(degradation)];
}

/** The plan's other 17, in the order of kernels/augment.ts. */
function stepsOf(degradation?: Degradation): number[] {
  if (!degradation) return new Array(17).fill(0);
  const { stretch, contrast, blur, cell, start, smoothness, noise, blocks, blockStart, hole, holes } = degradation;
  // Two passes of a variance of 2b each.
  const b = (blur * blur) / 4;
  const coarse = [cell, -start[0] * cell, -start[1] * cell, smoothness];
  return [stretch, contrast, b, ...coarse, noise, blocks, ...blockStart, hole, ...holes, 0];
}
