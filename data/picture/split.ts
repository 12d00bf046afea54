// Digits that touch, taken apart along a seam: the way from top to bottom that crosses the least ink.

import { cropped, extentOf, type Plane } from "./plane.ts";

/** Ink that is wider than this many of its heights may be two digits. */
const WIDE = 1.1;
/** A step to the side costs as much as this much ink. */
const SIDEWAYS = 8;

export interface Part {
  /** Where it lies in the whole. */
  readonly left: number;
  readonly top: number;
  readonly ink: Plane;
}

/** The ways to take it apart into digits of a likely width: into two, or into as many as it is wide; none of narrow ink. */
export function splits(ink: Plane): readonly (readonly Part[])[] {
  const { width, height } = ink;
  if (width < WIDE * height) return [];
  const likely = Math.round(width / (0.75 * height));
  const counts = [2, 3, 4].filter((count) => Math.abs(count - likely) <= 1);
  // A part without ink is none.
  return counts.map((count) => partsAt(ink, count)).filter((parts) => parts.every((part) => part.ink.width > 0));
}

function partsAt(ink: Plane, count: number): Part[] {
  const { width } = ink;
  const seams = Array.from({ length: count - 1 }, (_, k) => {
    const middle = ((k + 1) * width) / count;
    const reach = (0.35 * width) / count;
    return seamIn(ink, Math.floor(middle - reach), Math.ceil(middle + reach));
  });
  const bounds = [new Int32Array(ink.height), ...seams, new Int32Array(ink.height).fill(width)];
  return Array.from({ length: count }, (_, k) => between(ink, bounds[k], bounds[k + 1]));
}

/** What lies from one seam to the next. */
function between({ width, height, values }: Plane, from: Int32Array, to: Int32Array): Part {
  const part = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const [start, end] = [y * width + from[y], y * width + Math.max(from[y], to[y])];
    part.set(values.subarray(start, end), start);
  }
  const plane = { width, height, values: part };
  const extent = extentOf(plane);
  if (extent.right <= extent.left)
    return { left: 0, top: 0, ink: { width: 0, height: 0, values: new Float32Array(0) } };
  return { left: extent.left, top: extent.top, ink: cropped(plane, extent) };
}

/** The column in each row at which the cheapest way within these columns goes through. Cost: O(pixels). */
function seamIn({ width, height, values }: Plane, low: number, high: number): Int32Array {
  const first = Math.max(0, low);
  const columns = Math.min(width, high) - first;
  let costs = new Float32Array(columns);
  const ways = new Int8Array(columns * height);
  for (let y = 0; y < height; y++) {
    const next = new Float32Array(columns);
    for (let x = 0; x < columns; x++) {
      let way = 0;
      let least = costs[x];
      if (y > 0 && x > 0 && costs[x - 1] + SIDEWAYS < least) [way, least] = [-1, costs[x - 1] + SIDEWAYS];
      if (y > 0 && x + 1 < columns && costs[x + 1] + SIDEWAYS < least) [way, least] = [1, costs[x + 1] + SIDEWAYS];
      ways[y * columns + x] = way;
      next[x] = least + values[y * width + first + x];
    }
    costs = next;
  }
  const seam = new Int32Array(height);
  let x = costs.indexOf(Math.min(...costs));
  for (let y = height - 1; y >= 0; y--) {
    seam[y] = first + x;
    x += ways[y * columns + x];
  }
  return seam;
}
