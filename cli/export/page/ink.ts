// The drawing as a picture, pixel by pixel and not by the browser's canvas: every browser then gives the network the same
// pixels, also those that falsify what a page reads from a canvas.

import type { Picture } from "../../../lib/index.ts";
import { PEN_WIDTH, type Point, SIDE, type Stroke, smooth } from "./drawing.ts";

/** Black ink on white paper, SIDE × SIDE pixels. */
export function pictureOf(strokes: readonly Stroke[]): Picture {
  const ink = new Float32Array(SIDE * SIDE);
  for (const stroke of strokes) {
    const line = smooth(stroke);
    for (let i = 0; i < line.length; i++) addPiece(ink, line[Math.max(0, i - 1)], line[i]);
  }
  const data = new Uint8ClampedArray(4 * ink.length).fill(255);
  for (let i = 0; i < ink.length; i++) data.fill(255 * (1 - ink[i]), 4 * i, 4 * i + 3);
  return { width: SIDE, height: SIDE, data };
}

/** A straight piece of a stroke with round ends; a pixel at its edge is covered in part. */
function addPiece(ink: Float32Array, a: Point, b: Point): void {
  const radius = PEN_WIDTH / 2;
  const reach = radius + 1;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - reach));
  const bottom = Math.min(SIDE - 1, Math.ceil(Math.max(a.y, b.y) + reach));
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - reach));
  const right = Math.min(SIDE - 1, Math.ceil(Math.max(a.x, b.x) + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [px, py] = [column + 0.5 - a.x, row + 0.5 - a.y];
      const t = length2 > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length2)) : 0;
      const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
      const at = row * SIDE + column;
      ink[at] = Math.max(ink[at], Math.min(1, Math.max(0, radius + 0.5 - distance)));
    }
  }
}
