// References of how images become inputs, in f64: gathered, distorted by a warp, normalised.

import type { Augmentation } from "../data/augment.ts";
import { STREAMS } from "../index.ts";
import { type Elements64, type Operand64, UNIT_ROUNDOFF } from "./array64.ts";
import { rand64 } from "./random64.ts";

/** Where the pixels of the images taken come from, and by how much strokes are thickened; t < 0 thins them. */
export interface Warp64 {
  /** Of pixel (i, j) of row n of the result: the column and the row in its image. */
  source(n: number, i: number, j: number): readonly [u: number, v: number];
  /** From −1 to 1. */
  thickness(n: number): number;
}

interface Scale64 {
  /** One number for all channels, or one for each. */
  mean: number | readonly number[];
  std: number | readonly number[];
  /** What white is in the images: 255 in bytes, 1 in f32; default 255. */
  most?: number;
}

/**
 * (x/most − mean)/std of images [N, H, W] or [N, H, W, C], each channel for itself, distorted if there is a warp: pixel (i, j) comes from between four pixels, 0
 * outside, and goes by |t| of the way to the largest of 3×3 such (the smallest, if t < 0).
 *
 * @param index which images to take; default all, in order
 */
export function images64({ mean, std, most = 255 }: Scale64, warp?: Warp64) {
  const of = (values: number | readonly number[], c: number): number =>
    typeof values === "number" ? values : values[c];
  return ({ shape: [n, h, w, channels = 1], data }: Operand64, index?: ArrayLike<number>): Elements64 => {
    const valueAt = (row: number, i: number, j: number, channel: number): number => {
      const first = (index ? index[row] : row) * h;
      const pixel = (r: number, c: number): number =>
        r >= 0 && r < h && c >= 0 && c < w ? data[((first + r) * w + c) * channels + channel] : 0;
      if (!warp) return pixel(i, j);
      const warped = (r: number, c: number): number => {
        if (r < 0 || r >= h || c < 0 || c >= w) return 0;
        const [u, v] = warp.source(row, r, c);
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const mix = (y: number): number => (left + 1 - u) * pixel(y, left) + (u - left) * pixel(y, left + 1);
        return (top + 1 - v) * mix(top) + (v - top) * mix(top + 1);
      };
      const [own, t] = [warped(i, j), warp.thickness(row)];
      if (t === 0) return own;
      const around = [-1, 0, 1].flatMap((di) => [-1, 0, 1].map((dj) => warped(i + di, j + dj)));
      const extreme = t > 0 ? Math.max(...around) : Math.min(...around);
      return own + Math.abs(t) * (extreme - own);
    };
    return {
      shape: [index?.length ?? n, h, w, channels],
      at(index) {
        const [place, c] = [Math.floor(index / channels), index % channels];
        const [row, i, j] = [Math.floor(place / (h * w)), Math.floor(place / w) % h, place % w];
        return (valueAt(row, i, j, c) / most - of(mean, c)) / of(std, c);
      },
    };
  };
}

/** Knots of the B-spline: 7 rows of 8 (the eighth is not used) for each axis. */
const [KNOT_ROWS, KNOT_COLUMNS] = [7, 8];

/** By how much pixel (i, j) of row n is moved along an axis (0: to the right, 1: down), knots being [rows, 2, 7, 8]. */
export function bend64(knots: (at: number) => number, h: number, w: number) {
  return (n: number, axis: number, i: number, j: number): number => {
    let total = 0;
    for (const [r, down] of spline(i, h)) {
      for (const [k, across] of spline(j, w)) {
        total += down * across * knots(((n * 2 + axis) * KNOT_ROWS + r) * KNOT_COLUMNS + k);
      }
    }
    return total;
  };
}

/** The knots that reach pixel i of `size`, and by how much: the cubic B-spline by its recursion (Cox & de Boor). */
function spline(i: number, size: number): [knot: number, weight: number][] {
  const place = ((i + 0.5) * 4) / size;
  const first = Math.floor(place);
  const basis = (degree: number, s: number): number => {
    if (degree === 0) return s >= 0 && s < 1 ? 1 : 0;
    return (s * basis(degree - 1, s) + (degree + 1 - s) * basis(degree - 1, s - 1)) / degree;
  };
  return [0, 1, 2, 3].map((r) => [first + r, basis(3, place - first + 3 - r)]);
}

/** Numbers drawn for an image. */
const DRAWS = 16;

/**
 * The distortions that augmentImages draws: each part evenly from 0 to its most, either way. Pixel p comes from the source
 * that solves p = centre + shift + R(θ)·[1 k; 0 1]·diag(sx, sy)·(source − centre), moved by the spline.
 */
export function augmentation64(
  { rotate = 0, shift = 0, scale = 0, shear = 0, elastic = 0, thickness = 0 }: Augmentation,
  { seed, epoch }: { seed: number; epoch: number },
  [h, w]: readonly [h: number, w: number],
): Warp64 {
  const plan = rand64({ seed, stream: STREAMS.augment, step: 2 * epoch }, -1, 1);
  const bend = bend64(rand64({ seed, stream: STREAMS.augment, step: 2 * epoch + 1 }, -elastic, elastic), h, w);
  const [cx, cy] = [(w - 1) / 2, (h - 1) / 2];
  return {
    source(n, i, j) {
      const [turn, slant, wide, high, right, down] = [0, 1, 2, 3, 4, 5].map((k) => plan(DRAWS * n + k));
      const angle = (turn * rotate * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [x, y] = [j - cx - right * shift, i - cy - down * shift];
      // Turned back, the slant undone, then the scale.
      const upright = cos * y - sin * x;
      const straight = cos * x + sin * y - slant * shear * upright;
      const [u, v] = [cx + straight / (1 + wide * scale), cy + upright / (1 + high * scale)];
      return elastic > 0 ? [u + bend(n, 0, i, j), v + bend(n, 1, i, j)] : [u, v];
    },
    thickness: (n) => plan(DRAWS * n + 6) * thickness,
  };
}

/**
 * What f32 may be off by in an image of h rows and w columns: coordinates below the reach have few roundings, and an image's
 * gradient is at most 255 per pixel; mixing and normalising add their own. Thickening passes on the errors of two more pixels.
 */
export function warpTolerance(h: number, w: number, std: number): number {
  const reach = 2 * (h + w) + 16;
  const coordinates = 2 * 8 * UNIT_ROUNDOFF * reach;
  return (3 * (coordinates + 8 * UNIT_ROUNDOFF)) / std + 4 * UNIT_ROUNDOFF * (1 / std);
}
