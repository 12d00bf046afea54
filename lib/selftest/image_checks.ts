// The self-test of how images become inputs: normalised, and distorted, the distortions drawn again from their words and
// the warp by its definition in f64.

import { augmentImages, MNIST_MEAN, MNIST_STD, normalizeImages, STREAMS, scope, tensor } from "../index.ts";
import { uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkValues, type Values } from "./check_op.ts";
import { words64 } from "./random64.ts";

const [H, W] = [5, 7];
const MOST = { rotate: 15, shift: 2, scale: 0.1, shear: 0.1, elastic: 1.5, thickness: 0.4 };
const KEY = { seed: 3, epoch: 1, position: 0 };
const INDEX = [1, 0];
const PLAN_DRAWS = 16;
/** Knots of the B-spline: 7 rows of 8 for each axis. */
const [KNOT_ROWS, KNOTS] = [7, 8];
const UNIT_ROUNDOFF = 2 ** -24;

/**
 * Coordinates, none beyond REACH, take eight roundings each; a picture's slope is at most 255 a pixel, and mixing and
 * normalising add their own. Thickening passes on the errors of two more pixels.
 */
const REACH = 2 * (H + W) + 16;
const TOLERANCE =
  (3 * (2 * 8 * UNIT_ROUNDOFF * REACH + 8 * UNIT_ROUNDOFF)) / MNIST_STD + (4 * UNIT_ROUNDOFF) / MNIST_STD;

const AUGMENT_CHECK: Check = {
  name: "augmentImages",
  compare: () => {
    const pixels = Uint8Array.from(uniform64([2 * H * W], 4, 0, 256).data);
    const actual = scope(() =>
      Float32Array.from(augmentImages(tensor(pixels, [2, H, W], "u8"), tensor(INDEX, [2], "i32"), MOST, KEY).data),
    );
    const expected = INDEX.flatMap((source, row) =>
      augment64(pixels.subarray(source * H * W, (source + 1) * H * W), row),
    );
    return [{ what: "values", actual, expected, tolerance: TOLERANCE }];
  },
};

/** From −1 to 1, those of row n. */
function draws(row: number, count: number, kind: number): number[] {
  const words = words64(KEY.seed, STREAMS.augment, 2 * KEY.epoch + kind, (row + 1) * count);
  return words.slice(row * count).map((word) => 2 * (word >>> 8) * 2 ** -24 - 1);
}

function augment64(picture: Uint8Array, row: number): number[] {
  const source = placeOf(row);
  const at = (i: number, j: number): number => (i >= 0 && i < H && j >= 0 && j < W ? picture[i * W + j] : 0);
  const warped = (i: number, j: number): number => {
    if (i < 0 || i >= H || j < 0 || j >= W) return 0;
    const [u, v] = source(i, j);
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const mix = (y: number): number => (1 - u + left) * at(y, left) + (u - left) * at(y, left + 1);
    return (1 - v + top) * mix(top) + (v - top) * mix(top + 1);
  };
  const t = draws(row, PLAN_DRAWS, 0)[6] * MOST.thickness;
  return Array.from({ length: H * W }, (_, place) => {
    const [i, j] = [Math.floor(place / W), place % W];
    const around = [-1, 0, 1].flatMap((di) => [-1, 0, 1].map((dj) => warped(i + di, j + dj)));
    const extreme = t > 0 ? Math.max(...around) : Math.min(...around);
    const p = warped(i, j);
    return ((p + Math.abs(t) * (extreme - p)) / 255 - MNIST_MEAN) / MNIST_STD;
  });
}

/**
 * From a pixel back to where it comes from: p = centre + shift + R(θ)·[1 k; 0 1]·diag(sx, sy)·(source − centre), solved for
 * the source, to which the spline's displacement is added.
 */
function placeOf(row: number): (i: number, j: number) => [number, number] {
  const [turn, slant, wide, high, right, down] = draws(row, PLAN_DRAWS, 0);
  const angle = (turn * MOST.rotate * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [sx, sy] = [1 + wide * MOST.scale, 1 + high * MOST.scale];
  const knots = draws(row, 2 * KNOT_ROWS * KNOTS, 1).map((value) => value * MOST.elastic);
  const [cx, cy] = [(W - 1) / 2, (H - 1) / 2];
  return (i, j) => {
    const [x, y] = [j - cx - right * MOST.shift, i - cy - down * MOST.shift];
    const turnedBack = [cos * x + sin * y, cos * y - sin * x];
    const upright = turnedBack[0] - slant * MOST.shear * turnedBack[1];
    const bend = [0, 1].map((axis) => {
      let sum = 0;
      for (const [r, br] of spline(i, H)) {
        for (const [k, bk] of spline(j, W)) sum += br * bk * knots[(axis * KNOT_ROWS + r) * KNOTS + k];
      }
      return sum;
    });
    return [cx + upright / sx + bend[0], cy + turnedBack[1] / sy + bend[1]];
  };
}

/** The knots that reach pixel i, and by how much: the cubic B-spline by its recursion (Cox & de Boor). */
function spline(i: number, size: number): [knot: number, weight: number][] {
  const place = ((i + 0.5) * 4) / size;
  const first = Math.floor(place);
  const basis = (degree: number, s: number): number => {
    if (degree === 0) return s >= 0 && s < 1 ? 1 : 0;
    return (s * basis(degree - 1, s) + (degree + 1 - s) * basis(degree - 1, s - 1)) / degree;
  };
  return [0, 1, 2, 3].map((r) => [first + r, basis(3, place - first + 3 - r)]);
}

function normalized(): Values {
  const pixels = Uint8Array.from(uniform64([3 * 5 * 7], 4, 0, 256).data);
  const index = [2, 0, 2];
  const y = normalizeImages(tensor(pixels, [3, 5, 7], "u8"), tensor(index, [3], "i32"));
  const expected = Float64Array.from({ length: 105 }, (_, at) => {
    const pixel = pixels[index[Math.floor(at / 35)] * 35 + (at % 35)];
    return (pixel / 255 - MNIST_MEAN) / MNIST_STD;
  });
  return { actual: Float32Array.from(y.data), expected, roundings: 4 };
}

export const IMAGE_CHECKS: readonly Check[] = [checkValues("normalizeImages", normalized), AUGMENT_CHECK];
