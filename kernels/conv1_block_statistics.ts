// Sums over the 3×3 patches of images with one channel, padding 1: all that the statistics of a convolution need.
// conv1_block_moments.ts makes means and covariances of them.
//
//   patch[n,i,j,a] = x[n, i+r−1, j+s−1], 0 outside, a = 3r + s;  wanted: Σ patch[a] and Σ patch[a]·patch[b]
//
// x        [N, H, W], W even, H ≥ 2
// partial  [⌈N/8⌉, 5, 9, 2] f64: sums over each chunk of 8 images, even and odd columns apart:
//            0, 1, 2  over the first row of pixels, the last, those between: the products of a row with itself
//                     (s, s') = 00 01 02 11 12 22, and its sums 0 1 2
//            3, 4     over all rows: the products (s, s') of a row with the next, with the next but one
//
// Two taps of one row of the window meet in every row of pixels, except that r = 0 never sees the last row,
// nor r = 2 the first; taps of different rows meet wherever both rows are inside. So 24 products per pixel do for 81.
// scratch  grayStatisticsScratch(H, W) elements: the image in f64 within its border of zeros
// Range: chunks [from, to) of 8 images.
// Registers: 9 sums, 3 + 3 pixels.
// Numerics: f64 throughout, products of f32 being exact.
// Tested in test/kernels/conv1_block.test.ts and test/ops/conv1_block.test.ts.

import { CHUNK, GRAY_KINDS, grayStatisticsScratch, TAPS } from "./abi/abi";
import { load2F64, lowF64, store2F64 } from "./shared/f64";

/** Bytes of the nine sums of one kind: two lanes of f64 each. */
const KIND_BYTES: usize = TAPS * 16;

export function conv1_block_statistics_f32(
  partial: usize,
  x: usize,
  n: usize,
  h: usize,
  w: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const row = (w + 2) << 3;
  memory.fill(scratch, 0, grayStatisticsScratch(h, w) << 2);
  for (let chunk = from; chunk < to; chunk++) {
    const sums = partial + chunk * GRAY_KINDS * KIND_BYTES;
    memory.fill(sums, 0, GRAY_KINDS * KIND_BYTES);
    const end = min(n, (chunk + 1) * CHUNK);
    for (let image = chunk * CHUNK; image < end; image++) {
      for (let i: usize = 0; i < h; i++) widen(scratch + (i + 1) * row + 8, x + (((image * h + i) * w) << 2), w);
      const last = scratch + h * row;
      addSquares(sums, scratch + row, w);
      addSquares(sums + KIND_BYTES, last, w);
      for (let at = scratch + row; at < last; at += row) {
        if (at !== scratch + row) addSquares(sums + 2 * KIND_BYTES, at, w);
        addProducts(sums + 3 * KIND_BYTES, at, at + row, w);
        if (at + row < last) addProducts(sums + 4 * KIND_BYTES, at, at + 2 * row, w);
      }
    }
  }
}

function widen(out: usize, x: usize, w: usize): void {
  for (let j: usize = 0; j < w; j += 2) store2F64(out, j, lowF64(v128.load64_zero(x + (j << 2))));
}

/** The six products of one bordered row with itself, and its three sums. */
function addSquares(sums: usize, row: usize, w: usize): void {
  let s0 = load2F64(sums, 0);
  let s1 = load2F64(sums, 2);
  let s2 = load2F64(sums, 4);
  let s3 = load2F64(sums, 6);
  let s4 = load2F64(sums, 8);
  let s5 = load2F64(sums, 10);
  let s6 = load2F64(sums, 12);
  let s7 = load2F64(sums, 14);
  let s8 = load2F64(sums, 16);
  for (const end = row + (w << 3); row !== end; row += 16) {
    const a0 = load2F64(row, 0);
    const a1 = load2F64(row, 1);
    const a2 = load2F64(row, 2);
    s0 = f64x2.add(s0, f64x2.mul(a0, a0));
    s1 = f64x2.add(s1, f64x2.mul(a0, a1));
    s2 = f64x2.add(s2, f64x2.mul(a0, a2));
    s3 = f64x2.add(s3, f64x2.mul(a1, a1));
    s4 = f64x2.add(s4, f64x2.mul(a1, a2));
    s5 = f64x2.add(s5, f64x2.mul(a2, a2));
    s6 = f64x2.add(s6, a0);
    s7 = f64x2.add(s7, a1);
    s8 = f64x2.add(s8, a2);
  }
  store9(sums, s0, s1, s2, s3, s4, s5, s6, s7, s8);
}

/** The nine products of one bordered row with another. */
function addProducts(sums: usize, row: usize, other: usize, w: usize): void {
  let s0 = load2F64(sums, 0);
  let s1 = load2F64(sums, 2);
  let s2 = load2F64(sums, 4);
  let s3 = load2F64(sums, 6);
  let s4 = load2F64(sums, 8);
  let s5 = load2F64(sums, 10);
  let s6 = load2F64(sums, 12);
  let s7 = load2F64(sums, 14);
  let s8 = load2F64(sums, 16);
  for (const end = row + (w << 3); row !== end; row += 16) {
    const b0 = load2F64(other, 0);
    const b1 = load2F64(other, 1);
    const b2 = load2F64(other, 2);
    const a0 = load2F64(row, 0);
    s0 = f64x2.add(s0, f64x2.mul(a0, b0));
    s1 = f64x2.add(s1, f64x2.mul(a0, b1));
    s2 = f64x2.add(s2, f64x2.mul(a0, b2));
    const a1 = load2F64(row, 1);
    s3 = f64x2.add(s3, f64x2.mul(a1, b0));
    s4 = f64x2.add(s4, f64x2.mul(a1, b1));
    s5 = f64x2.add(s5, f64x2.mul(a1, b2));
    const a2 = load2F64(row, 2);
    s6 = f64x2.add(s6, f64x2.mul(a2, b0));
    s7 = f64x2.add(s7, f64x2.mul(a2, b1));
    s8 = f64x2.add(s8, f64x2.mul(a2, b2));
    other += 16;
  }
  store9(sums, s0, s1, s2, s3, s4, s5, s6, s7, s8);
}

// @inline
function store9(
  sums: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
  s8: v128,
): void {
  store2F64(sums, 0, s0);
  store2F64(sums, 2, s1);
  store2F64(sums, 4, s2);
  store2F64(sums, 6, s3);
  store2F64(sums, 8, s4);
  store2F64(sums, 10, s5);
  store2F64(sums, 12, s6);
  store2F64(sums, 14, s7);
  store2F64(sums, 16, s8);
}
