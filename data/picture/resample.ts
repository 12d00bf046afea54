// To MNIST's geometry: the longer side 20 pixels, the centre of mass at index 14 of 28 × 28.
//
// Source: http://yann.lecun.com/exdb/mnist/ (as archived): "size normalized to fit in a 20x20 pixel box while
// preserving their aspect ratio … centered in a 28x28 image by computing the center of mass of the pixels,
// and translating the image so as to position this point at the center". In the files that point, counted in
// pixel indices and rounded, is 14 in both directions.

import type { Plane } from "./plane.ts";

export const SIDE = 28;
const BOX_SIDE = 20;
const CENTRE = 14;

/**
 * A plane scaled by area averaging so that its longer side has 20 pixels; the shorter one gets what the same scale
 * gives, its last pixel partly covered. One of 20 is copied.
 *
 *   y[j] = ∫ of x over [j/scale, (j+1)/scale), times scale; x is 0 behind its end.
 */
export function fitToBox({ width, height, values }: Plane): Plane {
  const scale = BOX_SIDE / Math.max(width, height);
  const sized = (pixels: number): number => Math.min(BOX_SIDE, Math.ceil(pixels * scale - 1e-6));
  const columns = spansOf(width, sized(width), scale);
  const rows = spansOf(height, sized(height), scale);
  // Columns first: of each row the 20 averages.
  const narrow = new Float32Array(height * columns.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (const { first, last, firstShare, lastShare } of columns) {
      let sum = values[row + first] * firstShare;
      for (let i = row + first + 1; i < row + last; i++) sum += values[i];
      if (last > first) sum += values[row + last] * lastShare;
      narrow[to++] = sum * scale;
    }
  }
  const result = new Float32Array(rows.length * columns.length);
  to = 0;
  for (const { first, last, firstShare, lastShare } of rows) {
    for (let x = 0; x < columns.length; x++) {
      let sum = narrow[first * columns.length + x] * firstShare;
      for (let y = first + 1; y < last; y++) sum += narrow[y * columns.length + x];
      if (last > first) sum += narrow[last * columns.length + x] * lastShare;
      result[to++] = sum * scale;
    }
  }
  return { width: columns.length, height: rows.length, values: result };
}

/** What one pixel of the result covers: from one pixel to another, these two in part. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly firstShare: number;
  readonly lastShare: number;
}

function spansOf(pixels: number, count: number, scale: number): Span[] {
  return Array.from({ length: count }, (_, j) => {
    const start = j / scale;
    const end = Math.min(pixels, (j + 1) / scale);
    const first = Math.floor(start);
    const last = Math.ceil(end) - 1;
    return { first, last, firstShare: Math.min(first + 1, end) - start, lastShare: end - last };
  });
}

/**
 * Places a plane of at most 20 × 20 in 28 × 28, shifted by whole pixels so that its centre of mass lies at
 * index 14, or as near as it fits.
 */
export function centre({ width, height, values }: Plane): Float32Array {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      mass += values[i];
      sumX += values[i] * x;
      sumY += values[i] * y;
    }
  }
  const within = (at: number, room: number): number => Math.min(Math.max(at, 0), room);
  const left = within(CENTRE - Math.round(sumX / mass), SIDE - width);
  const top = within(CENTRE - Math.round(sumY / mass), SIDE - height);
  const result = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    result.set(values.subarray(y * width, (y + 1) * width), (top + y) * SIDE + left);
  }
  return result;
}
