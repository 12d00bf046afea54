// Rows of a convolution's implicit matrix.
//
//   col[q, (r·KW + s)·C + c] = x[i·stride + r − padding, j·stride + s − padding, c],  0 outside the image
//
// for the output pixels q = i·OW + j of one image from `first` on, `count` of them.
//
// x    [H, W, C], one image;  col  [count, KH·KW·C], and COL_OVERRUN elements behind it that may be written
// A row of the kernel is a run of (s, c), which lies in one piece in the image. Where the whole kernel lies inside it, runs
// are copied in whole vectors, and what is too much is overwritten by the next one; at the borders piece by piece.
// Numerics: exact. Tested in test/ops/conv2d.test.ts.

import { load4, loadF32, store4, storeF32, zero4 } from "../shared/simd";

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
    let from = x;
    const next = col + (run << 2);
    for (; col < next; col += 16) {
      v128.store(col, v128.load(from));
      from += 16;
    }
    col = next;
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
  const s0 = <usize>max<isize>(0, -left);
  const s1 = <usize>max<isize>(<isize>s0, min<isize>(kw, <isize>w - left));
  const run = kw * c;
  let out: usize = 0;
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
