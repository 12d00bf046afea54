// shrunk: a picture of no more pixels a side than wanted.

import type { Picture } from "../../lib/data/picture.ts";

/** Averages squares of an opaque picture's pixels into one, fewer at the right and lower edge. */
export function shrunk(picture: Picture, maxSide: number): Picture {
  const { width, height, data } = picture;
  const step = Math.ceil(Math.max(width, height) / maxSide);
  if (step <= 1) return picture;
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const result = new Uint8Array(4 * columns * rows);
  for (let y = 0, to = 0; y < rows; y++) {
    const bottom = Math.min(height, (y + 1) * step);
    for (let x = 0; x < columns; x++, to += 4) {
      const right = Math.min(width, (x + 1) * step);
      let [red, green, blue] = [0, 0, 0];
      for (let v = y * step; v < bottom; v++) {
        for (let at = 4 * (v * width + x * step), end = 4 * (v * width + right); at < end; at += 4) {
          red += data[at];
          green += data[at + 1];
          blue += data[at + 2];
        }
      }
      const pixels = (bottom - y * step) * (right - x * step);
      result[to] = Math.round(red / pixels);
      result[to + 1] = Math.round(green / pixels);
      result[to + 2] = Math.round(blue / pixels);
      result[to + 3] = 255;
    }
  }
  return { width: columns, height: rows, data: result };
}
