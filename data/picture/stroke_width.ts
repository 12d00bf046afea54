// Thin strokes, of a fine pen on a large sheet, are widened to what MNIST's pens write: scaled down as they are, they would be
// a shade of grey that no digit of MNIST's has.

import { type Plane, peakOf } from "./plane.ts";

/** Of the digit's longer side. Of MNIST's strokes 98 % have 0.07 to 0.23 of it, half 0.125. */
const THIN_SHARE = 0.07;
const WANTED_SHARE = 0.11;
/** Widened at this size: a digit needs no more. */
const MAX_SIDE = 128;

/**
 * The mean width of the strokes, in pixels: 2·area/perimeter, where the perimeter is what edges along rows and columns come to in
 * the mean over all directions, π/4 of their number.
 */
export function strokeWidth(ink: Plane): number {
  const { width, height, values } = ink;
  const half = 0.5 * peakOf(ink);
  let [area, edges] = [0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (values[i] <= half) continue;
      area++;
      if (x === 0 || values[i - 1] <= half) edges++;
      if (x === width - 1 || values[i + 1] <= half) edges++;
      if (y === 0 || values[i - width] <= half) edges++;
      if (y === height - 1 || values[i + width] <= half) edges++;
    }
  }
  return edges === 0 ? 0 : (2 * area) / ((Math.PI / 4) * edges);
}

/** The same digit with strokes of a pen that is wide enough. Cost: O(pixels), and of thin strokes O(ink · width²) at most 128 a side. */
export function widened(ink: Plane): Plane {
  const side = Math.max(ink.width, ink.height);
  const stroke = strokeWidth(ink);
  if (stroke >= THIN_SHARE * side) return ink;
  const step = Math.ceil(side / MAX_SIDE);
  const small = step > 1 ? largest(ink, step) : ink;
  return spread(small, (WANTED_SHARE * side - stroke) / (2 * step));
}

/** The largest value of each square of so many pixels a side: thin lines stay whole. */
function largest({ width, height, values }: Plane, step: number): Plane {
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const result = new Float32Array(columns * rows);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / step) * columns;
    for (let x = 0; x < width; x++, i++) {
      const at = row + Math.floor(x / step);
      result[at] = Math.max(result[at], values[i]);
    }
  }
  return { width: columns, height: rows, values: result };
}

/** Every pixel of ink a disc with this radius more, its edge covered in part. */
function spread({ width, height, values }: Plane, radius: number): Plane {
  const reach = Math.ceil(radius);
  const columns = width + 2 * reach;
  const rows = height + 2 * reach;
  const result = new Float32Array(columns * rows);
  const disc: { by: number; share: number }[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(1, radius + 0.5 - Math.hypot(dx, dy));
      if (share > 0) disc.push({ by: dy * columns + dx, share });
    }
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const value = values[i];
      if (value === 0) continue;
      const centre = (y + reach) * columns + x + reach;
      for (const { by, share } of disc) result[centre + by] = Math.max(result[centre + by], share * value);
    }
  }
  return { width: columns, height: rows, values: result };
}
