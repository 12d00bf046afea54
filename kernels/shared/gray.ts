// Images with one channel, row by row, as the kernels of the first-layer block (conv1_block*.ts) read them.

import { load4, store4, storeF32, zero4 } from "./simd";

/**
 * Row i of the image x [h, w] within its border of zeros (i = 0 and i = h + 1 are border), less the centre:
 * out [borderedRowSize(w)], of which w + 2 elements are defined. w is even.
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

/** The largest of four, NaN if one of them is: pmax keeps a NaN of a, and one of the others shows in their sum. */
export function largest(a: v128, b: v128, d: v128, e: v128): v128 {
  const others = f32x4.add(f32x4.add(b, d), e);
  return v128.or(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(d, e)), f32x4.ne(others, others));
}

const CLIPPED = memory.data<i32>([-4]);

/** Less the place, 0 to 3, of the first of a, b, d and a fourth that is `best`; −4 where best ≤ 0. */
export function firstPlace(best: v128, a: v128, b: v128, d: v128): v128 {
  // −1 for each place passed by.
  const not0 = f32x4.ne(best, a);
  const not1 = v128.and(not0, f32x4.ne(best, b));
  const not2 = v128.and(not1, f32x4.ne(best, d));
  const place = i32x4.add(i32x4.add(not0, not1), not2);
  return i32x4.min_s(place, v128.and(f32x4.le(best, zero4()), v128.load32_splat(CLIPPED)));
}
