// upright: a picture as it was meant to be seen, from how it was held.

import type { Picture } from "../../lib/data/picture.ts";

/**
 * Turns and mirrors a picture.
 *
 *   1 2   as it is, mirrored          5 6   transposed, a quarter to the right
 *   3 4   upside down, and mirrored   7 8   transposed the other way, a quarter to the left
 *
 * @param orientation of Exif: 1 … 8
 */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height, data } = picture;
  const isTurned = orientation >= 5;
  // The way through the picture's pixels: from which one, and how far to the next in a row and in a column of the result.
  const startsRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const startsBelow = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const across = startsRight ? -1 : 1;
  const down = startsBelow ? -width : width;
  const first = (startsBelow ? (height - 1) * width : 0) + (startsRight ? width - 1 : 0);
  const [columns, rows] = isTurned ? [height, width] : [width, height];
  const [perColumn, perRow] = isTurned ? [down, across] : [across, down];
  const result = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < rows; y++) {
    for (let x = 0, from = 4 * (first + y * perRow); x < columns; x++, from += 4 * perColumn, to += 4) {
      for (let c = 0; c < 4; c++) result[to + c] = data[from + c];
    }
  }
  return { width: columns, height: rows, data: result };
}
