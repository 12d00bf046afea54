// Rows of a convolution's implicit matrix.
//
//   col[q, (r·KW + s)·C + c] = x[i·stride + r − padding, j·stride + s − padding, c],  0 outside the image
//
// for the output pixels q = i·OW + j of one image from `first` on, `count` of them.
//
// x    [H, W, C], one image;  col  [count, KH·KW·C], and COL_OVERRUN elements behind it that may be written
// A row of the kernel is a run of (s, c), which lies in one piece in the image, where it lies inside.
// Numerics: exact. Tested in test/ops/conv2d.test.ts.

import { zero4 } from "../shared/simd";

export function im2col(
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
  const lastTop = <isize>h - <isize>kh;
  const lastLeft = <isize>w - <isize>kw;
  const i = first / ow;
  let top = <isize>(i * stride) - <isize>padding;
  let j = first - i * ow;
  for (const end = col + ((count * kh * run) << 2); col !== end; col += (kh * run) << 2) {
    const left = <isize>(j * stride) - <isize>padding;
    if (top >= 0 && top <= lastTop && left >= 0 && left <= lastLeft) {
      copyRuns(col, x + (((<usize>top * w + <usize>left) * c) << 2), w * c, kh, run);
    } else {
      copyAcrossBorders(col, x, h, w, c, kh, kw, top, left);
    }
    if (++j === ow) {
      j = 0;
      top += stride;
    }
  }
}

/** kh runs, `pitch` elements apart in x. */
function copyRuns(col: usize, x: usize, pitch: usize, kh: usize, run: usize): void {
  for (let r: usize = 0; r < kh; r++) {
    copy(col, x, run);
    col += run << 2;
    x += pitch << 2;
  }
}

/** The kernel's upper left corner lies at (top, left), which may be outside. */
function copyAcrossBorders(
  col: usize,
  x: usize,
  h: usize,
  w: usize,
  c: usize,
  kh: usize,
  kw: usize,
  top: isize,
  left: isize,
): void {
  // Kernel columns [s0, s1) fall inside the image.
  const s0 = <usize>min<isize>(kw, max<isize>(0, -left));
  const s1 = <usize>max<isize>(<isize>s0, min<isize>(kw, <isize>w - left));
  const run = kw * c;
  for (let r: usize = 0; r < kh; r++) {
    const i = top + <isize>r;
    const isInside = i >= 0 && i < <isize>h;
    const before = isInside ? s0 * c : run;
    fillZero(col, before);
    if (isInside) {
      const inside = (s1 - s0) * c;
      copy(col + (before << 2), x + ((<usize>((i * <isize>w + left + <isize>s0) * <isize>c)) << 2), inside);
      fillZero(col + ((before + inside) << 2), run - before - inside);
    }
    col += run << 2;
  }
}

// In whole vectors: what is written too much is of the next run, which comes later.

// @inline
function fillZero(y: usize, count: usize): void {
  const zero = zero4();
  for (const end = y + (count << 2); y < end; y += 16) v128.store(y, zero);
}

// @inline
function copy(y: usize, x: usize, count: usize): void {
  for (const end = y + (count << 2); y < end; y += 16) {
    v128.store(y, v128.load(x));
    x += 16;
  }
}
