// The gradient of an image from that of its windows: each pixel gets the sum of what became of it.
//
//   x[i·stride + r − padding, j·stride + s − padding, c] += col[q, (r·KW + s)·C + c]
//
// for the output pixels q = i·OW + j of one image from `first` on, `count` of them; what lies outside the image is left out.
//
// x  [H, W, C], one image;  col  [count, KH·KW·C]
// Numerics: a pixel's terms are added one by one, q ascending. Tested in test/ops/conv2d.test.ts.

import { load4, loadF32, store4, storeF32 } from "../shared/simd";

export function col2im(
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
  const i = first / ow;
  let top = <isize>(i * stride) - <isize>padding;
  let j = first - i * ow;
  for (const end = col + ((count * kh * run) << 2); col !== end; col += (kh * run) << 2) {
    const left = <isize>(j * stride) - <isize>padding;
    // Kernel rows [r0, r1) and columns [s0, s1) fall inside the image.
    const r0 = max<isize>(0, -top);
    const r1 = min<isize>(kh, <isize>h - top);
    const s0 = max<isize>(0, -left);
    const s1 = min<isize>(kw, <isize>w - left);
    if (s0 < s1) {
      const inside = <usize>(s1 - s0) * c;
      let to = x + ((<usize>(((top + r0) * <isize>w + left + s0) * <isize>c)) << 2);
      let from = col + ((<usize>r0 * run + <usize>s0 * c) << 2);
      for (let r = r0; r < r1; r++, to += (w * c) << 2, from += run << 2) add(to, from, inside);
    }
    if (++j === ow) {
      j = 0;
      top += stride;
    }
  }
}

function add(x: usize, y: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) store4(x, i, f32x4.add(load4(x, i), load4(y, i)));
  for (; i < count; i++) storeF32(x, i, loadF32(x, i) + loadF32(y, i));
}
