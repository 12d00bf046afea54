// augmentImages in f64, from its definition: kernels/augment.ts and planOf in lib/data/distort.ts.

import { type Augmentation, MNIST_MEAN, MNIST_STD, rand, STREAMS } from "../lib/index.ts";
import type { Exact, Numbers } from "./operation.ts";

/** Of a picture's draws, and of those for its knots: two axes, seven rows of eight. */
const [PLAN, KNOTS] = [16, 2 * 7 * 8];

/**
 * @param x    [N, h, w], each distorted by the numbers that the library draws with seed 0 in epoch 1
 * @param most as augmentImages takes it
 */
export function augmented64(x: Numbers, [n, h, w]: readonly number[], most: Augmentation): Exact {
  const { rotate = 0, shift = 0, scale = 0, shear = 0, elastic = 0, thickness = 0 } = most;
  const draw = (count: number, reach: number, step: number): Float32Array =>
    rand([n, count], { seed: 0, stream: STREAMS.augment, step, low: -reach, high: reach }).data.slice();
  const plans = draw(PLAN, 1, 2);
  const knots = elastic > 0 ? draw(KNOTS, elastic, 3) : null;

  const pixel = (row: number, i: number, j: number): number =>
    i >= 0 && i < h && j >= 0 && j < w ? x[(row * h + i) * w + j] : 0;

  const bend = (row: number, axis: number, i: number, j: number): number => {
    if (!knots) return 0;
    const [down, right] = [spline(i, h), spline(j, w)];
    const at = (r: number, k: number): number =>
      knots[((row * 2 + axis) * 7 + down.first + r) * 8 + right.first + k] * down.weights[r] * right.weights[k];
    return FOUR.reduce((sum, r) => sum + FOUR.reduce((part, k) => part + at(r, k), 0), 0);
  };

  /** The picture turned, moved, scaled, slanted and bent, at (i, j). */
  const warped = (row: number, i: number, j: number): number => {
    if (i < 0 || i >= h || j < 0 || j >= w) return 0;
    const [turn, slant, wide, high, aside, below] = plans.subarray(PLAN * row);
    const [cy, cx] = [(h - 1) / 2, (w - 1) / 2];
    const angle = (turn * rotate * Math.PI) / 180;
    const [down, right] = [i - cy - below * shift, j - cx - aside * shift];
    // Turned back, the slant undone, then the scale.
    const upright = Math.cos(angle) * down - Math.sin(angle) * right;
    const straight = Math.cos(angle) * right + Math.sin(angle) * down - slant * shear * upright;
    const u = cx + straight / (1 + wide * scale) + bend(row, 0, i, j);
    const v = cy + upright / (1 + high * scale) + bend(row, 1, i, j);
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const mix = (r: number): number => (left + 1 - u) * pixel(row, r, left) + (u - left) * pixel(row, r, left + 1);
    return (top + 1 - v) * mix(top) + (v - top) * mix(top + 1);
  };

  return (at) => {
    const [row, i, j] = [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
    const t = plans[PLAN * row + 6] * thickness;
    const around = t === 0 ? [] : NINE.map(([di, dj]) => warped(row, i + di, j + dj));
    const own = warped(row, i, j);
    const extreme = t === 0 ? own : t > 0 ? Math.max(...around) : Math.min(...around);
    return ((own + Math.abs(t) * (extreme - own)) / 255 - MNIST_MEAN) / MNIST_STD;
  };
}

const FOUR = [0, 1, 2, 3];
const NINE = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => [i, j]));

/** The four knots that reach pixel i of `size`, from the first on: the uniform cubic B-spline, in powers of f. */
function spline(i: number, size: number): { first: number; weights: number[] } {
  const place = ((i + 0.5) * 4) / size;
  const first = Math.floor(place);
  const f = place - first;
  const weights = [
    (1 - 3 * f + 3 * f ** 2 - f ** 3) / 6,
    (4 - 6 * f ** 2 + 3 * f ** 3) / 6,
    (1 + 3 * f + 3 * f ** 2 - 3 * f ** 3) / 6,
    f ** 3 / 6,
  ];
  return { first, weights };
}
