// Pictures of digits that no network should miss, as PNG files: made of a formula, since MNIST is not committed.

import { encodePng } from "./png.ts";

const SIDE = 56;

/** Dark on white, 56×56: an ellipse's outline, or an upright bar. */
export function digitPng(digit: 0 | 1): Uint8Array {
  return encodePng({
    ...{ width: SIDE, height: SIDE, depth: 8, colourType: 0 },
    sample: (x, y) => {
      const [u, v] = [x - SIDE / 2 + 0.5, y - SIDE / 2 + 0.5];
      // Distance from the stroke's middle, in pixels; about 0 within it.
      const distance = digit === 1 ? Math.max(Math.abs(u), Math.abs(v) - 18) : Math.abs(Math.hypot(u * 1.5, v) - 19);
      return Math.round(255 * Math.min(1, Math.max(0, distance - 2.5)));
    },
  });
}

/** Nothing but white. */
export function blankPng(): Uint8Array {
  return encodePng({ width: SIDE, height: SIDE, depth: 8, colourType: 0, sample: () => 255 });
}
