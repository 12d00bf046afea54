// A line under a digit that touches it: the two are one mark, and with a line at its foot a seven is a two.

import { extentOf, type Plane, peakOf } from "./plane.ts";

/** Such a share of the columns has a thin piece of ink on the line. */
const STRAIGHT_SHARE = 0.75;
/** Thin: of the mark's longer side. */
const THIN_SHARE = 0.09;
/** What stands on it is no wider than this share of the line; a two's foot is about as wide as the two. */
const STANDING_SHARE = 0.75;

/** Of its edge, in pixels. */
const FRINGE = 1.5;

/** @returns the ink without the line, in a plane of the same size, but for where strokes cross it; null: it stands on none */
export function withoutTouchingLine(ink: Plane): Plane | null {
  const { width, height, values } = ink;
  const floor = 0.4 * peakOf(ink);
  const thin = THIN_SHARE * Math.max(width, height) + 2;
  // The lowest piece of ink in each column.
  const tops = new Int32Array(width);
  const bottoms = new Int32Array(width);
  const columns: number[] = [];
  for (let x = 0; x < width; x++) {
    let y = height;
    while (y > 0 && values[(y - 1) * width + x] <= floor) y--;
    bottoms[x] = y;
    while (y > 0 && values[(y - 1) * width + x] > floor) y--;
    tops[x] = y;
    if (bottoms[x] > y && bottoms[x] - y <= thin) columns.push(x);
  }
  if (columns.length < STRAIGHT_SHARE * width) return null;
  const line = fitLine(columns, (x) => (tops[x] + bottoms[x]) / 2);
  const isOn = (x: number): boolean => Math.abs((tops[x] + bottoms[x]) / 2 - line(x)) <= 0.5 * thin;
  const on = columns.filter(isOn);
  if (on.length < STRAIGHT_SHARE * width) return null;
  const half = on.reduce((sum, x) => sum + bottoms[x] - tops[x], 0) / on.length / 2 + FRINGE;
  const rest = values.slice();
  for (let x = 0; x < width; x++) {
    // A stroke that comes down to the line is taken to its lower edge.
    if (tops[x] < line(x) - 2 * half) continue;
    for (let y = Math.max(0, Math.floor(line(x) - half)); y < height; y++) rest[y * width + x] = 0;
  }
  const { left, top, right, bottom } = extentOf({ width, height, values: rest }, floor);
  const isStanding = right > left && right - left <= STANDING_SHARE * width && bottom - top > 0.4 * height;
  return isStanding ? { width, height, values: rest } : null;
}

/** Least squares, and once more without what lies far off. */
function fitLine(xs: readonly number[], at: (x: number) => number): (x: number) => number {
  let kept = xs;
  let [slope, shift] = [0, 0];
  for (let round = 0; round < 2; round++) {
    const meanX = kept.reduce((sum, x) => sum + x, 0) / kept.length;
    const meanY = kept.reduce((sum, x) => sum + at(x), 0) / kept.length;
    let [xy, xx] = [0, 0];
    for (const x of kept) {
      xy += (x - meanX) * (at(x) - meanY);
      xx += (x - meanX) ** 2;
    }
    slope = xy / Math.max(1, xx);
    shift = meanY - slope * meanX;
    const deviations = kept.map((x) => Math.abs(at(x) - slope * x - shift)).sort((a, b) => a - b);
    const limit = 3 * Math.max(1, deviations[deviations.length >> 1]);
    kept = kept.filter((x) => Math.abs(at(x) - slope * x - shift) <= limit);
  }
  return (x) => slope * x + shift;
}
