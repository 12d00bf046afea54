// Pictures with one channel, row by row, as the kernels of gray_block read them.

import { load4, store4, storeF32 } from "./simd";

/** Elements that a bordered row takes up: its pixels, one on each side, and room for whole vectors. */
export function borderedSize(w: usize): usize {
  return (w + 7) & ~3;
}

/**
 * Row i of the picture x [h, w] within its border of zeros (i = 0 and i = h + 1 are border), less the centre:
 * out [borderedSize(w)], of which w + 2 elements are defined. w is even.
 */
export function borderedRow(out: usize, x: usize, i: usize, h: usize, w: usize, centre: f32): void {
  if (i === 0 || i > h) {
    for (let j: usize = 0; j < w + 2; j++) storeF32(out, j, 0 - centre);
    return;
  }
  storeF32(out, 0, 0 - centre);
  const shift = f32x4.splat(centre);
  for (let j: usize = 0; j < w; j += 4) store4(out, j + 1, f32x4.sub(load4(x, (i - 1) * w + j), shift));
  storeF32(out, w + 1, 0 - centre);
}

/** What is taken off every pixel: the mean of them all, as moments have it; nothing where there are none. */
export function centreOf(moments: usize): f32 {
  return moments ? <f32>load<f64>(moments, 32) : 0;
}
