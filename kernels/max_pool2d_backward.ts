// Max pooling: backward, which brings each gradient to where the maximum was.
//
//   dx[n,r,s,c] = Σ dy[n,i,j,c] over the windows (i, j) whose maximum is at (r, s)
//
// dx  [N, H, W, C];  dy  [N, OH, OW, C];  argmax, rows, cols, kw as in max_pool2d.ts
// Range: rows [from, to) of N·H. Any C.
// Numerics: a gather: each element of dx sums the windows that cover it in ascending order, so that
// windows may overlap and no cut of the range changes a bit.
// Tested in test/kernels/pool2d.test.ts and test/ops/max_pool2d.test.ts.

import { load4, store4, storeTail } from "./shared/simd";
import { windowEnd, windowStart } from "./shared/window";

export function max_pool2d_backward_f32(
  dx: usize,
  dy: usize,
  argmax: usize,
  indexBytes: usize,
  rows: usize,
  cols: usize,
  h: usize,
  w: usize,
  c: usize,
  oh: usize,
  ow: usize,
  kw: usize,
  from: usize,
  to: usize,
): void {
  for (let row = from; row < to; row++) {
    const image = row / h;
    const r = row - image * h;
    const i0 = windowStart(rows, oh + r);
    const i1 = windowEnd(rows, oh + r);
    for (let s: usize = 0; s < w; s++) {
      const j0 = windowStart(cols, ow + s);
      const j1 = windowEnd(cols, ow + s);
      const out = dx + (((row * w + s) * c) << 2);
      if (i0 === i1 || j0 === j1) memory.fill(out, 0, c << 2);
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) {
          const at = ((image * oh + i) * ow + j) * c;
          const here = (r - windowStart(rows, i)) * kw + s - windowStart(cols, j);
          const isFirst = i === i0 && j === j0;
          collect(out, dy + (at << 2), argmax + at * indexBytes, indexBytes, here, c, isFirst);
        }
      }
    }
  }
}

/** dx = (or +=) dy in the lanes whose maximum is `here`. */
function collect(dx: usize, dy: usize, argmax: usize, indexBytes: usize, here: usize, c: usize, isFirst: bool): void {
  const place = i32x4.splat(<i32>here);
  let i: usize = 0;
  if (indexBytes === 1 && isFirst) {
    // The usual case, windows that do not overlap: sixteen places are compared at once.
    const place16 = i8x16.splat(<i8>here);
    for (; i + 16 <= c; i += 16) {
      const hit = i8x16.eq(v128.load(argmax + i), place16);
      const low = i16x8.extend_low_i8x16_s(hit);
      const high = i16x8.extend_high_i8x16_s(hit);
      store4(dx, i, v128.and(load4(dy, i), i32x4.extend_low_i16x8_s(low)));
      store4(dx, i + 4, v128.and(load4(dy, i + 4), i32x4.extend_high_i16x8_s(low)));
      store4(dx, i + 8, v128.and(load4(dy, i + 8), i32x4.extend_low_i16x8_s(high)));
      store4(dx, i + 12, v128.and(load4(dy, i + 12), i32x4.extend_high_i16x8_s(high)));
    }
  }
  for (; i < c; i += 4) {
    const places = indexBytes === 4 ? load4(argmax, i) : loadPlaces(argmax, i);
    let sum = v128.and(load4(dy, i), i32x4.eq(places, place));
    if (!isFirst) sum = f32x4.add(load4(dx, i), sum);
    if (i + 4 <= c) store4(dx, i, sum);
    else storeTail(dx, i, c - i, sum);
  }
}

function loadPlaces(argmax: usize, i: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(argmax + i)));
}
