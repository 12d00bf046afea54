// From luma to ink: 0 on the background, more where something is written, whatever is lighter.

import type { Luma } from "./luma.ts";
import { type Box, median, type Plane, zeroValues } from "./plane.ts";

export interface Ink {
  readonly plane: Plane;
  /** Holds all that is not 0; empty where nothing is. */
  readonly box: Box;
  /** Standard deviation of the background at the picture's border; 0 for a clean one. */
  readonly noise: number;
  /** The largest value of the plane. */
  readonly peak: number;
}

/** The deviation of normally distributed values, as a multiple of their median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826;
/** A border that varies no more than this is one shade. */
const UNIFORM_MAD = 2;
/** Of a number in single precision. */
const SIGN_BIT = 1 << 31;

/**
 * Subtracts the background, which is read off the border: its median where that is one shade, else a plane
 * fitted to it, for light that falls from one side. What deviates from it most, upwards or downwards, is ink.
 */
export function inkOf(luma: Luma): Ink {
  const { width, height } = luma;
  const border = borderIndices(width, height);
  const shades = new Float32Array(border.length);
  for (let k = 0; k < border.length; k++) shades[k] = luma.at(border[k]);
  const level = median(shades);
  const deviation = medianDeviation(shades, level);
  const background: Background =
    deviation <= UNIFORM_MAD ? [level, 0, 0] : fitPlane(luma, border, shades, level, deviation);
  const { values, box, lighter, darker } = subtract(luma, background);
  for (let k = 0; k < border.length; k++) shades[k] = values[border[k]];
  const noise = DEVIATION_PER_MAD * medianDeviation(shades, 0);
  const plane = { width, height, values };
  return { plane, box, noise, peak: keepOneSide(plane, box, lighter >= darker) };
}

/**
 * Leaves what is lighter than the background, or what is darker, as positive numbers.
 *
 * By their bits, without a branch: on noisy paper each would be taken by chance, which costs more than all the rest. The first
 * bit of a number is its sign, and positive numbers have the order of their bits.
 *
 * @returns the largest
 */
function keepOneSide({ width, values }: Plane, { left, top, right, bottom }: Box, isLighter: boolean): number {
  const words = new Int32Array(values.buffer);
  const flip = isLighter ? 0 : SIGN_BIT;
  let most = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++) {
      const word = words[i] ^ flip;
      const kept = word & ~(word >> 31);
      words[i] = kept;
      most = Math.max(most, kept);
    }
  }
  return new Float32Array(Int32Array.of(most).buffer)[0];
}

/** a + b·x + c·y */
type Background = readonly [a: number, b: number, c: number];

interface Difference {
  readonly values: Float32Array;
  /** Holds all that is not 0. */
  readonly box: Box;
  /** Sums of squares on both sides of the background. */
  readonly lighter: number;
  readonly darker: number;
}

function subtract({ width, height, words, at }: Luma, [a, b, c]: Background): Difference {
  const isUniform = b === 0 && c === 0;
  const values = zeroValues(width * height);
  const signs = new Int32Array(values.buffer);
  const sums = new Float64Array(2);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    const from = i;
    const end = i + width;
    let last = -1;
    while (i < end) {
      const word = words[i];
      const shade = at(i);
      const start = i;
      do i++;
      while (i < end && words[i] === word);
      if (isUniform && shade === a) continue;
      if (last < 0) left = Math.min(left, start - from);
      last = i;
      if (isUniform) {
        const d = shade - a;
        for (let k = start; k < i; k++) values[k] = d;
        sums[signs[start] >>> 31] += (i - start) * d * d;
        continue;
      }
      for (let k = start; k < i; k++) {
        const d = shade - (a + b * (k - from) + c * y);
        values[k] = d;
        sums[signs[k] >>> 31] += d * d;
      }
    }
    if (last < 0) continue;
    right = Math.max(right, last - from);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  return { values, box: { left, top, right, bottom }, lighter: sums[0], darker: sums[1] };
}

/** Every pixel of the outermost rows and columns, once. */
function borderIndices(width: number, height: number): Int32Array {
  const indices = new Int32Array(width * height - Math.max(0, width - 2) * Math.max(0, height - 2));
  let count = 0;
  for (let x = 0; x < width; x++) indices[count++] = x;
  if (height > 1) for (let x = 0; x < width; x++) indices[count++] = (height - 1) * width + x;
  for (let y = 1; y < height - 1; y++) {
    indices[count++] = y * width;
    if (width > 1) indices[count++] = y * width + width - 1;
  }
  return indices;
}

function medianDeviation(values: Float32Array, from: number): number {
  return median(values.map((value) => Math.abs(value - from)));
}

/**
 * Least squares of a + b·x + c·y over the border pixels, twice: the second time without those that lie far
 * from the first plane, since they are ink that touches the border.
 */
function fitPlane(
  { width, height }: Luma,
  border: Int32Array,
  shades: Float32Array,
  level: number,
  deviation: number,
): Background {
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  const xs = Float64Array.from(border, (i) => (i % width) - cx);
  const ys = Float64Array.from(border, (i) => Math.floor(i / width) - cy);
  const kept = new Int32Array(border.length);
  let [a, b, c] = [level, 0, 0];
  let limit = 4 * DEVIATION_PER_MAD * deviation;
  for (let round = 0; round < 2; round++) {
    let count = 0;
    for (let k = 0; k < border.length; k++) {
      if (Math.abs(shades[k] - (a + b * xs[k] + c * ys[k])) <= limit) kept[count++] = k;
    }
    // About the picture's centre the border's x, y and 1 are orthogonal, but for what was left out: a few
    // sweeps of solving for one coefficient at a time converge.
    for (let sweep = 0; sweep < 20; sweep++) {
      let [s0, sx, sy, xx, yy] = [0, 0, 0, 0, 0];
      for (let n = 0; n < count; n++) {
        const k = kept[n];
        const x = xs[k];
        const y = ys[k];
        const rest = shades[k] - (a + b * x + c * y);
        s0 += rest;
        sx += rest * x;
        sy += rest * y;
        xx += x * x;
        yy += y * y;
      }
      a += s0 / Math.max(1, count);
      b += sx / Math.max(1, xx);
      c += sy / Math.max(1, yy);
    }
    const after = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const k = kept[n];
      after[n] = Math.abs(shades[k] - (a + b * xs[k] + c * ys[k]));
    }
    limit = 4 * DEVIATION_PER_MAD * Math.max(1, median(after));
  }
  return [a - b * cx - c * cy, b, c];
}
