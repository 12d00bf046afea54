// Max pooling, and the way back to where each maximum was.
//
//   y[n,i,j,c] = max over window (i, j) of x[n,·,·,c];  argmax[n,i,j,c] = its place r·KW + s in the window
//   dx[n,r,s,c] = Σ dy[n,i,j,c] over the windows (i, j) whose maximum is at (r, s)
//
// x, dx   [N, H, W, C];  y, dy  [N, OH, OW, C]
// argmax  [N, OH, OW, C], u8 (indexBytes = 1; windows of at most 256 places) or i32 (indexBytes = 4);
//         counted from the window's first place inside the image; 0: not wanted
// rows    windows along H, cols along W: shared/window.ts. They lie inside the image and hold ≥ 1 place.
// kw      places from one row of a window to the next
// Ranges: forward: rows [from, to) of N·OH; backward: rows [from, to) of N·H. Any C.
// The first of equal maxima wins; NaN beats everything, the last NaN being the place: as in PyTorch.
// Numerics: forward exact. Backward gathers: each element of dx sums the windows that cover it in
// ascending order, so that windows may overlap and no cut of the range changes a bit.
// Tested in test/kernels/pool2d.test.ts and test/ops/max_pool2d.test.ts.

import { load4, store4, storeTail, zero4 } from "./shared/simd";
import { windowEnd, windowStart } from "./shared/window";

/** 1 in memory: a literal in v128.splat is built anew at each use by some engines. */
const ONE = memory.data<u32>([1]);

export function max_pool2d_f32(
  y: usize,
  argmax: usize,
  indexBytes: usize,
  x: usize,
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
    const image = row / oh;
    const i = row - image * oh;
    const r0 = windowStart(rows, i);
    const height = windowEnd(rows, i) - r0;
    for (let j: usize = 0; j < ow; j++) {
      const s0 = windowStart(cols, j);
      const width = windowEnd(cols, j) - s0;
      const window = x + ((((image * h + r0) * w + s0) * c) << 2);
      const at = (row * ow + j) * c;
      const out = y + (at << 2);
      const index = argmax ? argmax + at * indexBytes : 0;
      if (height === 2 && width === 2) poolFour(out, index, indexBytes, window, w * c, c, kw);
      else poolAny(out, index, indexBytes, window, w * c, c, height, width, kw);
    }
  }
}

/** A window of 2×2, the usual one. */
function poolFour(y: usize, argmax: usize, indexBytes: usize, x: usize, row: usize, c: usize, kw: usize): void {
  const i01 = v128.load32_splat(ONE);
  const i10 = i32x4.splat(<i32>kw);
  const i11 = i32x4.add(i01, i10);
  for (let i: usize = 0; i < c; i += 4) {
    let best = load4(x, i);
    let value = load4(x, c + i);
    let wins = beats(value, best);
    best = v128.bitselect(value, best, wins);
    let place = v128.and(i01, wins);
    value = load4(x, row + i);
    wins = beats(value, best);
    best = v128.bitselect(value, best, wins);
    place = v128.bitselect(i10, place, wins);
    value = load4(x, row + c + i);
    wins = beats(value, best);
    best = v128.bitselect(value, best, wins);
    place = v128.bitselect(i11, place, wins);
    storeMaximum(y, argmax, indexBytes, i, min<usize>(4, c - i), best, place);
  }
}

function poolAny(
  y: usize,
  argmax: usize,
  indexBytes: usize,
  x: usize,
  row: usize,
  c: usize,
  height: usize,
  width: usize,
  kw: usize,
): void {
  for (let i: usize = 0; i < c; i += 4) {
    let best = load4(x, i);
    let place = zero4();
    for (let r: usize = 0; r < height; r++) {
      for (let s: usize = 0; s < width; s++) {
        const value = load4(x, r * row + s * c + i);
        const wins = beats(value, best);
        best = v128.bitselect(value, best, wins);
        place = v128.bitselect(i32x4.splat(<i32>(r * kw + s)), place, wins);
      }
    }
    storeMaximum(y, argmax, indexBytes, i, min<usize>(4, c - i), best, place);
  }
}

/** Lanes in which `value` takes the place of `best`: it is larger, or NaN. */
function beats(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
}

function storeMaximum(
  y: usize,
  argmax: usize,
  indexBytes: usize,
  i: usize,
  count: usize,
  best: v128,
  place: v128,
): void {
  if (count === 4) store4(y, i, best);
  else storeTail(y, i, count, best);
  if (argmax === 0) return;
  if (indexBytes === 4) {
    if (count === 4) store4(argmax, i, place);
    else storeTail(argmax, i, count, place);
    return;
  }
  const halves = i16x8.narrow_i32x4_u(place, place);
  const bytes = i8x16.narrow_i16x8_u(halves, halves);
  if (count === 4) {
    v128.store_lane<u32>(argmax + i, bytes, 0);
  } else {
    store<u8>(argmax + i, i8x16.extract_lane_u(bytes, 0));
    if (count > 1) store<u8>(argmax + i, i8x16.extract_lane_u(bytes, 1), 1);
    if (count > 2) store<u8>(argmax + i, i8x16.extract_lane_u(bytes, 2), 2);
  }
}

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
      for (let ch: usize = 0; ch < c; ch += 4) {
        let sum = zero4();
        for (let i = i0; i < i1; i++) {
          for (let j = j0; j < j1; j++) {
            const at = ((image * oh + i) * ow + j) * c + ch;
            const here = i32x4.splat(<i32>((r - windowStart(rows, i)) * kw + s - windowStart(cols, j)));
            const hit = i32x4.eq(loadPlace(argmax, at, indexBytes), here);
            sum = f32x4.add(sum, v128.and(load4(dy, at), hit));
          }
        }
        const at = (row * w + s) * c + ch;
        if (ch + 4 <= c) store4(dx, at, sum);
        else storeTail(dx, at, c - ch, sum);
      }
    }
  }
}

function loadPlace(argmax: usize, i: usize, indexBytes: usize): v128 {
  if (indexBytes === 4) return load4(argmax, i);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(argmax + i)));
}
