// @internal Pooling: options checked, and where its windows lie along each axis.

import { check, checkOptions, integer, type Rule, required } from "../base/check.ts";
import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { checkRank, layoutHint, type Shape } from "../tensor/shape.ts";
import type { Windows } from "./window_table.ts";

/** A size for both axes, or [height, width]. */
export type Size2d = number | readonly [height: number, width: number];

export interface Pool2dOptions {
  /** The window's size, integers ≥ 1. */
  kernelSize: Size2d;
  /** Pixels between windows, integers ≥ 1; default: the window's size, which tiles the image. */
  stride?: Size2d;
  /** Pixels of padding on each side, integers from 0 to half the window; default 0. */
  padding?: Size2d;
}

/** What to pool: the window sizes, and for each axis its windows, cut to the image. */
export interface Pooling {
  kernel: readonly [number, number];
  rows: Windows;
  cols: Windows;
}

/** An integer for both axes, or one for each; the product, which kernels compute with, below 2³². */
export function size2d(least: number, most = 2 ** 31 - 1): Rule {
  const { says, holds } = integer(least, most);
  return {
    says: `${says}, or two of them, whose product is below 2^32`,
    holds: (value) => {
      const [a, b] = Array.isArray(value) && value.length === 2 ? value : [value, value];
      return holds(a) && holds(b) && a * b < 2 ** 32;
    },
  };
}

/** What the options of a pooling must be, beside the window's size. Made once: operations check theirs at each call. */
export const POOL_RULES: Readonly<Record<"stride" | "padding", Rule>> = {
  stride: /* @__PURE__ */ size2d(1),
  padding: /* @__PURE__ */ size2d(0),
};
const WINDOW_RULES = {
  kernelSize: /* @__PURE__ */ required(/* @__PURE__ */ size2d(1)),
  stride: /* @__PURE__ */ size2d(1),
  padding: /* @__PURE__ */ size2d(0),
};

/** @throws {OptionError} a size that is not an integer in its range, or an option of another name */
export function checkPooling(op: string, options: Pool2dOptions): void {
  checkOptions(op, options, WINDOW_RULES);
}

/**
 * @throws {ShapeError} x is no batch of images, or the window is larger than the padded image
 * @throws {OptionError} a padding of more than half the window
 */
export function poolingOf(op: string, shape: Shape, options: Pool2dOptions): Pooling {
  checkImages(op, shape);
  const kernel = pairOf(options.kernelSize);
  const stride = pairOf(options.stride ?? kernel);
  const padding = pairOf(options.padding ?? 0);
  const along = (axis: 0 | 1): Windows => {
    const [size, k, s, p] = [shape[axis + 1], kernel[axis], stride[axis], padding[axis]];
    if (p > Math.floor(k / 2)) {
      throw new OptionError(`${op}: padding must be at most half of kernelSize; got ${p} for a window of ${k}.`, {
        padding: p,
        kernelSize: k,
      });
    }
    const count = Math.floor((size + 2 * p - k) / s) + 1;
    if (count < 1) {
      throw new ShapeError(
        `${op}: the ${kernel.join("×")} window does not fit the ${shape[1]}×${shape[2]} image with padding ` +
          `${padding.join(", ")}. Use a smaller window.${layoutHint(shape)}`,
        { x: shape, kernelSize: kernel, padding },
      );
    }
    const windowAt = (i: number) => [Math.max(0, i * s - p), Math.min(size, i * s - p + k)] as const;
    return { key: `${size}: ${k}/${s}/${p}`, size, count, windowAt };
  };
  return { kernel, rows: along(0), cols: along(1) };
}

/** Windows that divide the image evenly into outputSize: [⌊i·H/OH⌋, ⌈(i + 1)·H/OH⌉). */
export function adaptivePooling(op: string, shape: Shape, outputSize: Size2d): Pooling {
  checkImages(op, shape);
  check(op, "outputSize", outputSize, size2d(1, 65535));
  const counts = pairOf(outputSize);
  const along = (axis: 0 | 1): Windows => {
    const [size, count] = [shape[axis + 1], counts[axis]];
    const windowAt = (i: number) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const;
    return { key: `${size}: ${count}`, size, count, windowAt };
  };
  return { kernel: [shape[1], shape[2]], rows: along(0), cols: along(1) };
}

function checkImages(op: string, shape: Shape): void {
  checkRank(op, "x", shape, 4, "[N, H, W, C]");
  if (shape[1] === 0 || shape[2] === 0) {
    throw new ShapeError(`${op}: x is ${formatShape(shape)}; its images have no pixels to pool.`, { x: shape });
  }
}

export function pairOf(size: Size2d): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}
