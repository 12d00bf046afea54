// From the values that a data set holds to what networks take: (value − mean)/std.

import { OptionError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkImages } from "./check_images.ts";

/**
 * What is subtracted, and what the difference is divided by: as a rule the mean and the standard deviation of the
 * training set. Of bytes both are those of x/255, so of numbers from 0 to 1.
 */
export interface Normalization {
  /** One number for all values, or one for each channel or feature; finite. */
  readonly mean: number | readonly number[];
  /** Likewise; > 0. */
  readonly std: number | readonly number[];
}

/**
 * Images as a network takes them: y = (x/255 − mean)/std of bytes, y = (x − mean)/std of f32, for each channel. Of bytes
 * bit for bit torchvision's `ToTensor` and `Normalize(mean, std)`.
 *
 * @param images        [N, H, W] or [N, H, W, C], u8 or f32
 * @param normalization default: none, so x/255 of bytes, and f32 as it is
 * @param index         [B] i32, which images to take; default all, in order
 * @returns [B, H, W, C] f32; C is 1 for [N, H, W]
 * @throws {ShapeError} images or index of another rank
 * @throws {DTypeError} images that are neither u8 nor f32, an index that is not i32
 * @throws {DataError} an index out of range
 * @throws {OptionError} a mean that is not finite, a std not > 0, or a number of them that is not the number of channels
 *
 * Cost: one pass over the images taken. Not differentiable.
 * @example normalizeImages(tensor(pixels, [1, 32, 32, 3], "u8"), { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] })
 */
export function normalizeImages(
  images: Tensor<"u8" | "f32">,
  normalization: Normalization | null = null,
  index?: Tensor<"i32">,
): Tensor<"f32"> {
  const [count, h, w, channels] = checkImages("normalizeImages", images, index);
  checkNormalization("normalizeImages", normalization, channels);
  return normalizeRows(images, normalization, index ?? null, [index ? index.size : count, h, w, channels]);
}

/**
 * @internal
 * @param count how many channels or features there are
 * @throws {OptionError} a mean that is not finite, a std not > 0, or another number of them
 */
export function checkNormalization(op: string, normalization: Normalization | null, count: number): void {
  if (normalization === null) return;
  const fails = (text: string): never => {
    throw new OptionError(`${op}: normalization.${text}`, { normalization });
  };
  for (const name of ["mean", "std"] as const) {
    const given: unknown = normalization[name];
    if (typeof given !== "number" && !Array.isArray(given)) {
      fails(`${name} must be a number, or a list of ${count}; got ${printable(given)}. It is { mean, std }.`);
    }
    const values = typeof given === "number" ? [given] : (given as number[]);
    if (typeof given !== "number" && values.length !== count) {
      fails(`${name} must have a number for each of the ${count} channels or features; got ${printable(values)}.`);
    }
    // As f32 holds it: 1e-50 would divide by 0.
    const isValid = (value: unknown): boolean =>
      typeof value === "number" && Number.isFinite(Math.fround(value)) && (name === "mean" || Math.fround(value) > 0);
    const wrong = [...values].findIndex((value) => !isValid(value));
    if (wrong >= 0)
      fails(`${name} must be finite${name === "std" ? " and > 0" : ""}; got ${printable(values[wrong])}.`);
  }
}

/**
 * @internal The rows of x that index names (all, where it is null), normalised; their last axis is that of the channels.
 *
 * @param shape of the result: [rows, …, channels]
 */
export function normalizeRows(
  x: Tensor<"u8" | "f32">,
  normalization: Normalization | null,
  index: Tensor<"i32"> | null,
  shape: readonly number[],
): Tensor<"f32"> {
  if (index) checkIndices("normalizeImages", "index", index.values, x.shape[0]);
  const y = empty(shape);
  const [rows, ...rest] = shape;
  const rowSize = sizeOf(rest);
  if (x.dtype === "f32" && normalization === null) {
    if (index) parallelFor("gather_f32", rows, y, x, index, rowSize);
    else y.data.set(x.values);
    return y;
  }
  const channels = shape[shape.length - 1];
  // As the kernel reads it: restarted after a multiple of four values, or at the end of a row.
  const period = channels === rowSize ? channels : leastCommonMultiple(channels, 4);
  const table = tableOf(normalization, channels, period);
  const kernel = x.dtype === "u8" ? "normalize_u8" : "normalize_f32";
  parallelFor(kernel, rows, y, x, index, rowSize, table, period);
  return consuming(y, table);
}

/** @internal [2, period]: the means, then the deviations, those of the channels over and over. */
export function tableOf(normalization: Normalization | null, channels: number, period: number): Tensor<"f32"> {
  const { mean = 0, std = 1 } = normalization ?? {};
  const table = empty([2, period]);
  const { data } = table;
  for (let i = 0; i < period; i++) {
    data[i] = typeof mean === "number" ? mean : mean[i % channels];
    data[period + i] = typeof std === "number" ? std : std[i % channels];
  }
  return table;
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}
