// From luma to ink: 0 on the background, more where something is written, whatever is lighter.

import { median, type Plane } from "./plane.ts";

export interface Ink {
  readonly plane: Plane;
  /** Standard deviation of the background at the picture's border; 0 for a clean one. */
  readonly noise: number;
  /** The largest value of the plane. */
  readonly peak: number;
}

/** The deviation of normally distributed values, as a multiple of their median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826;
/** A border that varies no more than this is one shade. */
const UNIFORM_MAD = 2;

/**
 * Subtracts the background, which is read off the border: its median where that is one shade, else a plane
 * fitted to it, for light that falls from one side. What deviates from it most, upwards or downwards, is ink.
 */
export function inkOf(luma: Plane): Ink {
  const { width, height, values } = luma;
  const border = borderIndices(width, height);
  const level = median(Float32Array.from(border, (i) => values[i]));
  const deviation = median(Float32Array.from(border, (i) => Math.abs(values[i] - level)));
  const [atOrigin, perColumn, perRow] =
    deviation <= UNIFORM_MAD ? [level, 0, 0] : fitPlane(luma, border, level, deviation);
  const signed = new Float32Array(values.length);
  let lighter = 0;
  let darker = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const d = values[i] - (atOrigin + perColumn * x + perRow * y);
      signed[i] = d;
      if (d > 0) lighter += d * d;
      else darker += d * d;
    }
  }
  const noise = DEVIATION_PER_MAD * median(Float32Array.from(border, (i) => Math.abs(signed[i])));
  const sign = lighter >= darker ? 1 : -1;
  let peak = 0;
  for (let i = 0; i < signed.length; i++) {
    signed[i] = Math.max(0, sign * signed[i]);
    peak = Math.max(peak, signed[i]);
  }
  return { plane: { width, height, values: signed }, noise, peak };
}

/** Every pixel of the outermost rows and columns, once. */
function borderIndices(width: number, height: number): Int32Array {
  const indices: number[] = [];
  for (let x = 0; x < width; x++) indices.push(x);
  if (height > 1) for (let x = 0; x < width; x++) indices.push((height - 1) * width + x);
  for (let y = 1; y < height - 1; y++) {
    indices.push(y * width);
    if (width > 1) indices.push(y * width + width - 1);
  }
  return Int32Array.from(indices);
}

/**
 * Least squares of a + b·x + c·y over the border pixels, twice: the second time without those that lie far
 * from the first plane, since they are ink that touches the border.
 */
function fitPlane(
  { width, height, values }: Plane,
  border: Int32Array,
  level: number,
  deviation: number,
): [number, number, number] {
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  let [a, b, c] = [level, 0, 0];
  let limit = 4 * DEVIATION_PER_MAD * deviation;
  for (let round = 0; round < 2; round++) {
    const predicted = (i: number): number => a + b * ((i % width) - cx) + c * (Math.floor(i / width) - cy);
    const kept = border.filter((i) => Math.abs(values[i] - predicted(i)) <= limit);
    // About the picture's centre the border's x, y and 1 are orthogonal, but for what was left out: a few
    // sweeps of solving for one coefficient at a time converge.
    for (let sweep = 0; sweep < 20; sweep++) {
      let [s0, sx, sy, xx, yy] = [0, 0, 0, 0, 0];
      for (const i of kept) {
        const x = (i % width) - cx;
        const y = Math.floor(i / width) - cy;
        const rest = values[i] - (a + b * x + c * y);
        s0 += rest;
        sx += rest * x;
        sy += rest * y;
        xx += x * x;
        yy += y * y;
      }
      a += s0 / Math.max(1, kept.length);
      b += sx / Math.max(1, xx);
      c += sy / Math.max(1, yy);
    }
    const after = Float32Array.from(kept, (i) => Math.abs(values[i] - predicted(i)));
    limit = 4 * DEVIATION_PER_MAD * Math.max(1, median(after));
  }
  return [a - b * cx - c * cy, b, c];
}
