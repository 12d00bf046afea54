// To MNIST's geometry: the longer side 20 pixels, the centre of mass at index 14 of 28 × 28.
//
// Source: http://yann.lecun.com/exdb/mnist/ (as archived): "size normalized to fit in a 20x20 pixel box while
// preserving their aspect ratio … centered in a 28x28 image by computing the center of mass of the pixels,
// and translating the image so as to position this point at the center". In the files that point, counted in
// pixel indices and rounded, is 14 in both directions.

import { type Box, longerSide, type Plane } from "./plane.ts";

export const SIDE = 28;
const BOX_SIDE = 20;
const CENTRE = 14;

/**
 * The box of a plane, scaled by area averaging so that its longer side has 20 pixels; the shorter one gets
 * what the same scale gives, its last pixel partly covered. A box of 20 is copied.
 */
export function fitToBox(plane: Plane, box: Box): Plane {
  const scale = BOX_SIDE / longerSide(box);
  const sized = (pixels: number): number => Math.min(BOX_SIDE, Math.ceil(pixels * scale - 1e-6));
  const width = sized(box.right - box.left);
  const height = sized(box.bottom - box.top);
  const rows = box.bottom - box.top;
  // Columns first: of each row of the box, the 20 averages.
  const narrow = new Float32Array(rows * width);
  for (let y = 0; y < rows; y++) {
    average(plane.values, (box.top + y) * plane.width + box.left, 1, box.right - box.left, narrow, y * width, 1, width);
  }
  const values = new Float32Array(width * height);
  for (let x = 0; x < width; x++) average(narrow, x, width, rows, values, x, width, height);
  return { width, height, values };

  /** y[j] = ∫ of x over [j/scale, (j+1)/scale), times scale; x is 0 behind its end. */
  function average(
    x: Float32Array,
    xAt: number,
    xStep: number,
    xCount: number,
    y: Float32Array,
    yAt: number,
    yStep: number,
    yCount: number,
  ): void {
    for (let j = 0; j < yCount; j++) {
      const from = j / scale;
      const to = Math.min(xCount, (j + 1) / scale);
      let sum = 0;
      for (let i = Math.floor(from); i < to; i++) {
        sum += x[xAt + i * xStep] * (Math.min(i + 1, to) - Math.max(i, from));
      }
      y[yAt + j * yStep] = sum * scale;
    }
  }
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
