// A polyline drawn as ink, antialiased, in a box of 20 × 20.

import type { Plane } from "../picture/plane.ts";
import type { Polyline } from "./strokes.ts";

export const BOX = 20;

export interface Pen {
  /** Half the width of a stroke in pixels at each point of the polyline. */
  readonly radii: Float64Array;
  /** Over how many pixels its edge fades. */
  readonly softness: number;
}

/**
 * Scales the polyline so that the ink's longer side is 20 pixels, and draws it.
 *
 *   ink = max over segments of clamp(½ + (radius − distance)/softness, 0, 1)
 *
 * @param ink [20 · 20], room for the result
 * @returns the ink, 0 … 255, as wide and as high as it is
 */
export function draw(line: Polyline, { radii, softness }: Pen, ink: Float32Array): Plane {
  const { x, y, isJoined, count } = line;
  const extent = Math.max(extentOf(x, radii, count, 1, 0), extentOf(y, radii, count, 1, 0), 1e-3);
  // The radii do not scale, and which point reaches out farthest depends on the scale: two steps suffice.
  let scale = BOX / extent;
  for (let step = 0; step < 2; step++) {
    const reached = Math.max(
      extentOf(x, radii, count, scale, 0.5 * softness),
      extentOf(y, radii, count, scale, 0.5 * softness),
    );
    scale = Math.max(1, scale + (BOX - reached) / extent);
  }
  place(x, radii, count, scale, 0.5 * softness);
  place(y, radii, count, scale, 0.5 * softness);
  const sized = (at: Float64Array): number =>
    Math.min(BOX, Math.ceil(extentOf(at, radii, count, 1, 0.5 * softness) - 1e-6));
  const [width, height] = [sized(x), sized(y)];
  const plane = { width, height, values: ink.subarray(0, width * height) };
  plane.values.fill(0);
  for (let i = 1; i < count; i++) {
    if (isJoined[i] === 0) continue;
    drawSegment(x[i - 1], y[i - 1], x[i], y[i], 0.5 * (radii[i - 1] + radii[i]), softness, plane);
  }
  return plane;
}

/** How far the ink reaches along one axis, at a scale; without it where the edge is 0 and the scale 1. */
function extentOf(at: Float64Array, radii: Float64Array, count: number, scale: number, edge: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const reach = edge > 0 ? radii[i] + edge : 0;
    const middle = at[i] * scale;
    if (middle - reach < low) low = middle - reach;
    if (middle + reach > high) high = middle + reach;
  }
  return high - low;
}

/** Scales one axis in place, the ink beginning at pixel 0. */
function place(at: Float64Array, radii: Float64Array, count: number, scale: number, edge: number): void {
  let low = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) low = Math.min(low, at[i] * scale - radii[i] - edge);
  // Pixel i covers [i, i + 1): its middle is half a pixel on.
  for (let i = 0; i < count; i++) at[i] = at[i] * scale - low - 0.5;
}

function drawSegment(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
  softness: number,
  { width, height, values }: Plane,
): void {
  const reach = radius + 0.5 * softness;
  const full = Math.max(0, radius - 0.5 * softness);
  const firstX = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
  const lastX = Math.min(width - 1, Math.floor(Math.max(x0, x1) + reach));
  const firstY = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
  const lastY = Math.min(height - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const perLength = 1 / Math.max(1e-9, dx * dx + dy * dy);
  for (let py = firstY; py <= lastY; py++) {
    for (let px = firstX; px <= lastX; px++) {
      let t = ((px - x0) * dx + (py - y0) * dy) * perLength;
      t = t < 0 ? 0 : Math.min(t, 1);
      const ex = px - x0 - t * dx;
      const ey = py - y0 - t * dy;
      const squared = ex * ex + ey * ey;
      if (squared >= reach * reach) continue;
      const at = py * width + px;
      const value = squared <= full * full ? 255 : (255 * (reach - Math.sqrt(squared))) / softness;
      if (value > values[at]) values[at] = value;
    }
  }
}
