// Max pooling: forward. Backward: max_pool2d_backward.ts.
//
//   y[n,i,j,c] = max over window (i, j) of x[n,·,·,c];  argmax[n,i,j,c] = its place r·KW + s in the window
//
// x       [N, H, W, C];  y  [N, OH, OW, C]
// argmax  [N, OH, OW, C], u8 (indexBytes = 1; windows of at most 256 places) or i32 (indexBytes = 4);
//         counted from the window's first place inside the image; 0: not wanted
// rows    windows along H, cols along W: shared/window.ts. They lie inside the image and hold ≥ 1 place.
// kw      places from one row of a window to the next
// Range: rows [from, to) of N·OH. Any C.
// The first of equal maxima wins; NaN beats everything, the last NaN being the place: as in PyTorch.
// Numerics: exact. Four channels whose sum is no NaN hold none, and are compared without asking again.
// Tested in test/kernels/pool2d.test.ts and test/ops/max_pool2d.test.ts.

import { load4, store4, storeTail, zero4 } from "./shared/simd";
import { windowEnd, windowStart } from "./shared/window";

/** 1 in memory: a literal in v128.splat is rebuilt at each use by some engines. */
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

/** A window of 2×2, the usual one: a tournament. NaN, and what is left of C, go the careful way. */
function poolFour(y: usize, argmax: usize, indexBytes: usize, x: usize, row: usize, c: usize, kw: usize): void {
  const one = v128.load32_splat(ONE);
  const below = i32x4.splat(<i32>kw);
  const x01 = x + (c << 2);
  const x10 = x + (row << 2);
  const x11 = x10 + (c << 2);
  let i: usize = 0;
  for (; i + 4 <= c; i += 4) {
    const a = load4(x, i);
    const b = load4(x01, i);
    const d = load4(x10, i);
    const e = load4(x11, i);
    const sum = f32x4.add(f32x4.add(a, b), f32x4.add(d, e));
    if (v128.any_true(f32x4.ne(sum, sum))) {
      poolCarefully(y, argmax, indexBytes, x, row, c, 2, 2, kw, i);
      continue;
    }
    const upper = f32x4.pmax(a, b);
    const lower = f32x4.pmax(d, e);
    store4(y, i, f32x4.pmax(upper, lower));
    if (argmax === 0) continue;
    const upperPlace = v128.and(f32x4.gt(b, a), one);
    const lowerPlace = i32x4.add(v128.and(f32x4.gt(e, d), one), below);
    storePlaces(argmax, indexBytes, i, 4, v128.bitselect(lowerPlace, upperPlace, f32x4.gt(lower, upper)));
  }
  if (i < c) poolCarefully(y, argmax, indexBytes, x, row, c, 2, 2, kw, i);
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
  const one = v128.load32_splat(ONE);
  const step = c << 2;
  let i: usize = 0;
  for (; i + 4 <= c; i += 4) {
    let best = load4(x, i);
    let place = zero4();
    let sum = place;
    for (let r: usize = 0; r < height; r++) {
      let at = x + ((r * row + i) << 2);
      let here = i32x4.splat(<i32>(r * kw));
      for (let s: usize = 0; s < width; s++) {
        const value = load4(at, 0);
        place = v128.bitselect(here, place, f32x4.gt(value, best));
        best = f32x4.pmax(best, value);
        sum = f32x4.add(sum, value);
        here = i32x4.add(here, one);
        at += step;
      }
    }
    if (v128.any_true(f32x4.ne(sum, sum))) {
      poolCarefully(y, argmax, indexBytes, x, row, c, height, width, kw, i);
      continue;
    }
    store4(y, i, best);
    if (argmax) storePlaces(argmax, indexBytes, i, 4, place);
  }
  if (i < c) poolCarefully(y, argmax, indexBytes, x, row, c, height, width, kw, i);
}

/** The channels from `i` on, at most four, where there may be NaN. */
function poolCarefully(
  y: usize,
  argmax: usize,
  indexBytes: usize,
  x: usize,
  row: usize,
  c: usize,
  height: usize,
  width: usize,
  kw: usize,
  i: usize,
): void {
  const count = min<usize>(4, c - i);
  let best = load4(x, i);
  let place = zero4();
  for (let r: usize = 0; r < height; r++) {
    for (let s: usize = 0; s < width; s++) {
      const value = load4(x, r * row + s * c + i);
      const wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
      best = v128.bitselect(value, best, wins);
      place = v128.bitselect(i32x4.splat(<i32>(r * kw + s)), place, wins);
    }
  }
  if (count === 4) store4(y, i, best);
  else storeTail(y, i, count, best);
  if (argmax) storePlaces(argmax, indexBytes, i, count, place);
}

function storePlaces(argmax: usize, indexBytes: usize, i: usize, count: usize, place: v128): void {
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
