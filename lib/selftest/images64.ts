// References of how images become inputs, in f64: gathered, distorted by a warp, normalised.

import type { Augmentation } from "../data/augment.ts";
import { STREAMS } from "../index.ts";
import { type Elements64, type Operand64, UNIT_ROUNDOFF } from "./array64.ts";
import { type Degradation64, degrade64 } from "./degrade64.ts";
import { rand64 } from "./random64.ts";

/** Where the pixels of the images taken come from, and by how much strokes are thickened; t < 0 thins them. */
export interface Warp64 {
  /** Of pixel (i, j) of row n of the result: the column and the row in its image. */
  source(n: number, i: number, j: number): readonly [u: number, v: number];
  /** From −2 to 2. */
  thickness(n: number): number;
  /** How far what is not 0 is stretched toward a square beforehand; default: not. */
  stretch?(n: number): number;
  /** What is done afterwards; default: nothing. */
  degradation?(n: number): Degradation64;
  /** From −1 to 1, of pixel `at` of row n. */
  noise?(n: number, at: number): number;
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
 * outside, and goes by |t| of the way to the largest of 3×3 such (the smallest, if t < 0); then it is degraded.
 *
 * @param index which images to take; default all, in order
 */
export function images64({ mean, std, most = 255 }: Scale64, warp?: Warp64) {
  const of = (values: number | readonly number[], c: number): number =>
    typeof values === "number" ? values : values[c];
  return ({ shape: [n, h, w, channels = 1], data }: Operand64, index?: ArrayLike<number>): Elements64 => {
    const source = (row: number): number => (index ? index[row] : row) * h;
    const pixelOf = (row: number, channel: number) => {
      const first = source(row);
      return (r: number, c: number): number =>
        r >= 0 && r < h && c >= 0 && c < w ? data[((first + r) * w + c) * channels + channel] : 0;
    };
    /** By how much the ink of an image is stretched across and down. */
    const stretchOf = (row: number): [across: number, down: number] => {
      const s = warp?.stretch?.(row) ?? 0;
      const inked = Array.from({ length: h * w }, (_, at) => [Math.floor(at / w), at % w]).filter(([r, c]) =>
        Array.from({ length: channels }, (_, channel) => pixelOf(row, channel)(r, c)).some((value) => value !== 0),
      );
      if (s === 0 || inked.length === 0) return [1, 1];
      const extent = (axis: 0 | 1): number =>
        Math.max(...inked.map((place) => place[axis])) - Math.min(...inked.map((place) => place[axis])) + 1;
      const ratio = extent(0) / extent(1);
      return [1 + s * (Math.min(Math.max(ratio, 1), 3) - 1), 1 + s * (Math.min(Math.max(1 / ratio, 1), 3) - 1)];
    };
    const planeOf = (row: number, channel: number): number[][] => {
      const pixel = pixelOf(row, channel);
      const whole = (of: (r: number, c: number) => number): number[][] =>
        Array.from({ length: h }, (_, r) => Array.from({ length: w }, (_, c) => of(r, c)));
      if (!warp) return whole(pixel);
      const [across, down] = stretchOf(row);
      const warped = whole((r, c) => {
        const [x, y] = warp.source(row, r, c);
        const u = (w - 1) / 2 + (x - (w - 1) / 2) / across;
        const v = (h - 1) / 2 + (y - (h - 1) / 2) / down;
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const mix = (at: number): number => (left + 1 - u) * pixel(at, left) + (u - left) * pixel(at, left + 1);
        return (top + 1 - v) * mix(top) + (v - top) * mix(top + 1);
      });
      const t = warp.thickness(row);
      const first = Math.min(Math.max(t, -1), 1);
      const grown = grow64(grow64(warped, first), t - first);
      const by = warp.degradation?.(row);
      return by ? degrade64(grown, by, most, (i, j) => warp.noise?.(row, i * w + j) ?? 0) : grown;
    };
    const planes = new Map<number, number[][]>();
    const valueAt = (row: number, i: number, j: number, channel: number): number => {
      const key = row * channels + channel;
      const plane = planes.get(key) ?? planeOf(row, channel);
      planes.set(key, plane);
      return plane[i][j];
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

/** Each value by |t| of the way to the largest of the 3×3 around it, or the smallest; 0 outside. */
function grow64(plane: readonly (readonly number[])[], t: number): number[][] {
  return plane.map((row, i) =>
    row.map((own, j) => {
      const around = [-1, 0, 1].flatMap((di) => [-1, 0, 1].map((dj) => plane[i + di]?.[j + dj] ?? 0));
      const extreme = t > 0 ? Math.max(...around) : Math.min(...around);
      return own + Math.abs(t) * (extreme - own);
    }),
  );
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
  { rotate = 0, shift = 0, scale = 0, shear = 0, elastic = 0, thickness = 0, ...degrading }: Augmentation,
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
    thickness: (n) => {
      const drawn = plan(DRAWS * n + 6);
      return drawn * (drawn < 0 ? Math.min(thickness, 0.8) : thickness);
    },
    ...degradation64(degrading, { seed, epoch }, [h, w]),
  };
}

/** What augmentImages draws from `stretch` on: an eighth of the images each, evenly from 0 to the most. */
function degradation64(
  { stretch = 0, gaps = 0, blur = 0, coarse = 0, contrast = 0, noise = 0, blocks = 0 }: Augmentation,
  { seed, epoch }: { seed: number; epoch: number },
  [h, w]: readonly [h: number, w: number],
): Pick<Warp64, "stretch" | "degradation" | "noise"> {
  const plan = rand64({ seed, stream: STREAMS.degrade, step: 2 * epoch }, -1, 1);
  const grain = rand64({ seed, stream: STREAMS.degrade, step: 2 * epoch + 1 }, -1, 1);
  const rare = (n: number, k: number): number => {
    const drawn = plan(DRAWS * n + k);
    return Math.sign(drawn) * Math.max(0, 4 * Math.abs(drawn) - 3);
  };
  const oneWay = (n: number, k: number): number => Math.max(0, rare(n, k));
  const part = (n: number, k: number): number => (plan(DRAWS * n + k) + 1) / 2;
  const place = (n: number, k: number, size: number): number => ((size - 1) / 2) * (1 + 0.75 * plan(DRAWS * n + k));
  return {
    stretch: (n) => oneWay(n, 0) * stretch,
    noise: (n, at) => grain(n * 16 * Math.ceil((h * w) / 16) + at),
    degradation: (n) => {
      const cell = oneWay(n, 3) * coarse > 0 ? 1 + oneWay(n, 3) * coarse : 0;
      return {
        contrast: rare(n, 1) * contrast,
        b: (oneWay(n, 2) * blur) ** 2 / 4,
        cell,
        start: [-part(n, 4) * cell, -part(n, 5) * cell],
        smoothness: part(n, 6),
        noise: oneWay(n, 7) * noise,
        blocks: oneWay(n, 8) * blocks,
        blockStart: [Math.floor(8 * part(n, 9)), Math.floor(8 * part(n, 10))],
        hole: (oneWay(n, 11) * gaps) / 2,
        holes: [place(n, 12, h), place(n, 13, w), place(n, 14, h), place(n, 15, w)],
      };
    },
  };
}

/**
 * What f32 may be off by in an image of h rows and w columns: coordinates below the reach have few roundings, and an image's
 * gradient is at most 255 per pixel; mixing and normalising add their own. Thickening passes on the errors of two more pixels.
 * What degrades an image has weights that sum to 1 and about as many roundings, and contrast multiplies them: by `gain`.
 */
export function warpTolerance(h: number, w: number, std: number, gain = 1): number {
  const reach = 2 * (h + w) + 16;
  const coordinates = 2 * 8 * UNIT_ROUNDOFF * reach;
  return (gain * 3 * (coordinates + 8 * UNIT_ROUNDOFF)) / std + 4 * UNIT_ROUNDOFF * (1 / std);
}
