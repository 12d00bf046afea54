// Rows of a convolution's implicit matrix: im2col, and col2im, its adjoint.
//
//   col[q, (r·KW + s)·C + c] = x[i·stride + r − padding, j·stride + s − padding, c],  0 outside the image
//
// for the output pixels q = i·OW + j of one image from `first` on, `count` of them.
//
// x    [H, W, C], one image;  col  [count, KH·KW·C]
// A row of the kernel lies inside the image as a run of (s, c), copied in one piece.
// Numerics: im2col is exact; col2im adds pixels in ascending order. Tested in test/ops/conv2d.test.ts.

import { load4, loadF32, store4, storeF32, zero4 } from "./shared/simd";

export function im2col_f32(
  col: usize,
  x: usize,
  h: usize,
  w: usize,
  c: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  ow: usize,
  first: usize,
  count: usize,
): void {
  const run = kw * c;
  let out: usize = 0;
  for (let q = first; q < first + count; q++) {
    const top = <isize>((q / ow) * stride) - <isize>padding;
    const left = <isize>((q % ow) * stride) - <isize>padding;
    // Kernel columns [s0, s1) fall inside the image.
    const s0 = <usize>max<isize>(0, -left);
    const s1 = <usize>max<isize>(<isize>s0, min<isize>(kw, <isize>w - left));
    for (let r: usize = 0; r < kh; r++, out += run) {
      const i = top + <isize>r;
      if (i < 0 || i >= <isize>h || s0 >= kw) {
        fillZero(col, out, run);
        continue;
      }
      fillZero(col, out, s0 * c);
      copy(col, out + s0 * c, x, <usize>((i * <isize>w + left + <isize>s0) * <isize>c), (s1 - s0) * c);
      fillZero(col, out + s1 * c, (kw - s1) * c);
    }
  }
}

/** x[…] += col[…] for the same pixels, in ascending order. */
export function col2im_f32(
  x: usize,
  col: usize,
  h: usize,
  w: usize,
  c: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  ow: usize,
  first: usize,
  count: usize,
): void {
  const run = kw * c;
  let at: usize = 0;
  for (let q = first; q < first + count; q++) {
    const top = <isize>((q / ow) * stride) - <isize>padding;
    const left = <isize>((q % ow) * stride) - <isize>padding;
    const s0 = <usize>max<isize>(0, -left);
    const s1 = <usize>max<isize>(<isize>s0, min<isize>(kw, <isize>w - left));
    for (let r: usize = 0; r < kh; r++, at += run) {
      const i = top + <isize>r;
      if (i < 0 || i >= <isize>h || s0 >= kw) continue;
      add(x, <usize>((i * <isize>w + left + <isize>s0) * <isize>c), col, at + s0 * c, (s1 - s0) * c);
    }
  }
}

function fillZero(y: usize, at: usize, count: usize): void {
  const zero = zero4();
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) store4(y, at + i, zero);
  for (; i < count; i++) storeF32(y, at + i, 0);
}

function copy(y: usize, to: usize, x: usize, from: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) store4(y, to + i, load4(x, from + i));
  for (; i < count; i++) storeF32(y, to + i, loadF32(x, from + i));
}

function add(y: usize, to: usize, x: usize, from: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) store4(y, to + i, f32x4.add(load4(y, to + i), load4(x, from + i)));
  for (; i < count; i++) storeF32(y, to + i, loadF32(y, to + i) + loadF32(x, from + i));
}
