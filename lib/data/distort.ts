// Distortion: pictures turned, moved, scaled, slanted, their strokes made thicker or thinner, each by a given amount.

import { cosPi } from "../base/cos_pi.ts";
import { DTypeError, formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { loadKernels } from "../runtime/kernels.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { MNIST_MEAN, MNIST_STD } from "./normalize.ts";

/** By how much a picture is distorted; what is left out stays as it is. */
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
  /** Pixels to the right a pixel down. */
  shear?: number;
  /** Strokes thicker by so many pixels on each side, thinner below 0; from −1 to 1. */
  thickness?: number;
}

/** As kernels/augment.ts has them. */
const PLAN = 8;

interface Range {
  says: string;
  holds(value: number): boolean;
}

const FINITE: Range = { says: "finite", holds: Number.isFinite };
const POSITIVE: Range = { says: "finite and > 0", holds: (value) => Number.isFinite(value) && value > 0 };
const RANGES: Record<keyof Distortion, Range> = {
  rotate: FINITE,
  shiftX: FINITE,
  shiftY: FINITE,
  scaleX: POSITIVE,
  scaleY: POSITIVE,
  shear: FINITE,
  thickness: { says: "from −1 to 1", holds: (value) => value >= -1 && value <= 1 },
};

/**
 * Pictures distorted, all alike, and normalised as `normalizeImages` does it: one bilinear warp about the centre. What
 * comes from outside is 0.
 *
 * @param images [N, H, W] u8
 * @param index  [B] i32, which images to take
 * @returns [B, H, W, 1] f32
 * @throws {OptionError} an amount that is not finite, a scale ≤ 0, a thickness outside −1 … 1, or another name
 * @throws {ShapeError} images or index of another rank
 * @throws {DTypeError} images that are not u8, an index that is not i32
 *
 * Cost: that of `augmentImages` without `elastic`. Not differentiable. Index values are not checked.
 * @example distortImages(images, index, { rotate: 15, shiftX: 2 })
 */
export function distortImages(images: Tensor<"u8">, index: Tensor<"i32">, distortion: Distortion): Tensor<"f32"> {
  checkDistortion(distortion);
  return warpImages("distortImages", images, index, new Array(index.size).fill(distortion), null);
}

/** @throws {OptionError} an amount outside its limits, or one of another name */
export function checkDistortion(distortion: Distortion): void {
  for (const [name, value] of Object.entries(distortion)) {
    if (!Object.hasOwn(RANGES, name)) {
      throw new OptionError(`distort: there is no ${name}; there are ${Object.keys(RANGES).join(", ")}.`, { name });
    }
    const { says, holds } = RANGES[name as keyof Distortion];
    if (value !== undefined && !holds(value)) {
      throw new OptionError(`distort: ${name} must be ${says}; got ${value}.`, { [name]: value });
    }
  }
}

/** @internal One distortion a picture, and where given the displacements of kernels/augment.ts besides. */
export function warpImages(
  op: string,
  images: Tensor<"u8">,
  index: Tensor<"i32">,
  distortions: readonly Distortion[],
  grids: Tensor<"f32"> | null,
): Tensor<"f32"> {
  if (images.dtype !== "u8" || index.dtype !== "i32") {
    throw new DTypeError(`${op}: images must be u8, index i32; got ${images.dtype}, ${index.dtype}.`, {
      images: images.dtype,
      index: index.dtype,
    });
  }
  if (images.shape.length !== 3 || index.shape.length !== 1) {
    throw new ShapeError(
      `${op}: images must be [N, H, W], index [B]; got ${formatShape(images.shape)}, ${formatShape(index.shape)}.`,
      { images: images.shape, index: index.shape },
    );
  }
  const [, h, w] = images.shape;
  using plans = empty([index.size, PLAN]);
  const { data } = plans;
  distortions.forEach((distortion, row) => {
    data.set(planOf(distortion, h, w), row * PLAN);
  });
  const y = empty([index.size, h, w, 1]);
  const pointers = [y.ptr, images.ptr, index.ptr, plans.ptr, grids?.ptr ?? 0];
  const scratchSize = loadKernels().kernels.augment_scratch(h, w);
  parallelForWithScratch("augment_f32", index.size, scratchSize, ...pointers, h, w, MNIST_MEAN, MNIST_STD);
  return y;
}

/**
 * From the place (j, i) of a pixel to where it comes from, by the inverse of
 *
 *   p = centre + shift + R(θ)·[1 k; 0 1]·diag(sx, sy)·(source − centre)
 */
function planOf(distortion: Distortion, h: number, w: number): number[] {
  const { rotate = 0, shiftX = 0, shiftY = 0, scaleX = 1, scaleY = 1, shear = 0, thickness = 0 } = distortion;
  const turn = rotate / 180;
  const [cos, sin] = [cosPi(turn), cosPi(turn - 0.5)];
  // R(−θ), then the slant undone, then the scale.
  const [a, b] = [(cos + shear * sin) / scaleX, (sin - shear * cos) / scaleX];
  const [d, e] = [-sin / scaleY, cos / scaleY];
  const [cx, cy] = [(w - 1) / 2, (h - 1) / 2];
  const c = cx - a * (cx + shiftX) - b * (cy + shiftY);
  const f = cy - d * (cx + shiftX) - e * (cy + shiftY);
  return [a, b, c, d, e, f, thickness, 0];
}
