// Average pooling over windows of any kind: those of avgPool2d and of adaptiveAvgPool2d.
//
//   y[n,i,j,c] = Σ x[n,r,s,c] / area over the places (r, s) of window (i, j)
//   dx[n,r,s,c] = Σ dy[n,i,j,c] / area over the windows (i, j) that cover (r, s)
//
// x, dx  [N, H, W, C];  y, dy  [N, OH, OW, C]
// rows   windows along H, cols along W: shared/window.ts. They lie inside the image.
// area   what to divide by, where zeros of the padding count; 0: the number of places in each window
// Ranges: forward: rows [from, to) of N·OH; backward: rows [from, to) of N·H. Any C.
// Numerics: one accumulator an element, places (windows) in ascending order, so that no cut of the
// range changes a bit; then one division (backward: a product with 1/area). Error ≤ γ(places)·Σ|x|/area.
// Tested in test/kernels/pool2d.test.ts and test/ops/avg_pool2d.test.ts.

import { load4, madd, store4, storeTail, zero4 } from "./shared/simd";
import { windowEnd, windowStart } from "./shared/window";

export function avg_pool2d_f32(
  y: usize,
  x: usize,
  rows: usize,
  cols: usize,
  h: usize,
  w: usize,
  c: usize,
  oh: usize,
  ow: usize,
  area: usize,
  from: usize,
  to: usize,
): void {
  for (let row = from; row < to; row++) {
    const image = row / oh;
    const i = row - image * oh;
    const r0 = windowStart(rows, i);
    const height = windowEnd(rows, i) - r0;
    for (let j: usize = 0; j < ow; j++) {
      const s0 = windowStart(cols, j);
      const width = windowEnd(cols, j) - s0;
      const window = x + ((((image * h + r0) * w + s0) * c) << 2);
      const places = f32x4.splat(<f32>(area ? area : height * width));
      average(y + (((row * ow + j) * c) << 2), window, w * c, c, height, width, places);
    }
  }
}

function average(y: usize, x: usize, row: usize, c: usize, height: usize, width: usize, places: v128): void {
  let i: usize = 0;
  // A whole cache line at a time, so that one addition need not wait for the last.
  for (; i + 16 <= c; i += 16) {
    let s0 = zero4();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let r: usize = 0; r < height; r++) {
      for (let s: usize = 0; s < width; s++) {
        const at = r * row + s * c + i;
        s0 = f32x4.add(s0, load4(x, at));
        s1 = f32x4.add(s1, load4(x, at + 4));
        s2 = f32x4.add(s2, load4(x, at + 8));
        s3 = f32x4.add(s3, load4(x, at + 12));
      }
    }
    store4(y, i, f32x4.div(s0, places));
    store4(y, i + 4, f32x4.div(s1, places));
    store4(y, i + 8, f32x4.div(s2, places));
    store4(y, i + 12, f32x4.div(s3, places));
  }
  for (; i < c; i += 4) {
    let sum = zero4();
    for (let r: usize = 0; r < height; r++) {
      for (let s: usize = 0; s < width; s++) sum = f32x4.add(sum, load4(x, r * row + s * c + i));
    }
    if (i + 4 <= c) store4(y, i, f32x4.div(sum, places));
    else storeTail(y, i, c - i, f32x4.div(sum, places));
  }
}

export function avg_pool2d_backward_f32(
  dx: usize,
  dy: usize,
  rows: usize,
  cols: usize,
  h: usize,
  w: usize,
  c: usize,
  oh: usize,
  ow: usize,
  area: usize,
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
        const height = windowEnd(rows, i) - windowStart(rows, i);
        for (let j = j0; j < j1; j++) {
          const width = windowEnd(cols, j) - windowStart(cols, j);
          const share = <f32>1 / <f32>(area ? area : height * width);
          const isFirst = i === i0 && j === j0;
          collect(out, dy + ((((image * oh + i) * ow + j) * c) << 2), share, c, isFirst);
        }
      }
    }
  }
}

/** dx = (or +=) dy·share. */
function collect(dx: usize, dy: usize, share: f32, c: usize, isFirst: bool): void {
  const shares = f32x4.splat(share);
  let i: usize = 0;
  if (isFirst) {
    for (; i + 4 <= c; i += 4) store4(dx, i, f32x4.mul(load4(dy, i), shares));
    if (i < c) storeTail(dx, i, c - i, f32x4.mul(load4(dy, i), shares));
    return;
  }
  for (; i + 4 <= c; i += 4) store4(dx, i, madd(load4(dy, i), shares, load4(dx, i)));
  if (i < c) storeTail(dx, i, c - i, madd(load4(dy, i), shares, load4(dx, i)));
}
