// Images distorted: one bilinear warp of the data set's values, bright strokes thickened or thinned; then degraded as pens,
// lenses, scanners and compression do; and the result normalised.
//
//   u = a·j + b·i + c + Σₖ β(j, k)·Σᵣ β(i, r)·grid[0,r,k]         where pixel (i, j) comes from: column u,
//   v = d·j + e·i + f + Σₖ β(j, k)·Σᵣ β(i, r)·grid[1,r,k]         row v; without grids the sums are 0
//   p = x[index[n]] at (v, u), between four pixels; 0 outside the image
//   q = p + t·(max3×3(p) − p) for t ≥ 0, p + |t|·(min3×3(p) − p) for t < 0; beyond ±1 first by all of it, then by the rest
//   y = (q/most − mean)/std, most = 255 for bytes, 1 for f32
//
// With s > 0, what is not 0 in the image, a box of bw × bh pixels, is stretched beforehand toward a square, about the image's
// centre: bw < bh by 1 + s·(min(bh/bw, 3) − 1) across, bw > bh likewise down.
//
// Between q and y what the plan says beyond t, in this order: two holes, blur, coarse pixels, contrast, noise, blocks:
// augment/strokes.ts, augment/scan.ts, augment/blocks.ts. What is 0 there is left out.
//
// Each channel by itself, all of an image by the same u and v, and the same noise.
//
// y       [rows, h, w, channels] f32
// x       [any, h, w, channels], u8 where isBytes is 1, else f32;  index [rows] i32: which image becomes row n
// plans   [rows, 24] f32: a, b, c, d, e, f, t, s; contrast, blur's b, the pixels' size, where the first begins: row and
//         column, m; the noise's amplitude, the blocks' step (both as a part of `most`), where the first block begins: rows
//         and columns before the image; the holes' radius, row and column of one, of the other; and one that is not read
// grids   [rows, 2, 7, 8] f32: displacements in pixels at the 7 × 7 knots of a cubic B-spline over the image, the
//         eighth of each row not used; or 0 for none. β sums to 1, so no pixel moves farther than the largest of them.
// noise   [rows, noisePitch(h, w)] f32, from −1 to 1: the first h·w are [h, w]; or 0 for none
// table   [2, channels] f32: mean and std
// scratch augmentScratch(h, w, channels) elements
// Range: rows [from, to). Registers: 4 gathered vectors, 2 coordinates, 4 of the plan.
// Numerics: one madd a term. The identity (a = e = 1, all else 0) gives the bits of normalize_u8 and normalize_f32.
// Tested in test/kernels/augment.test.ts, timed by bench/layout.bench.ts.
// Source: Simard, Steinkraus & Platt 2003, Best practices for convolutional neural networks.

import {
  augmentBorderedSize,
  augmentCells,
  augmentScratch,
  augmentWarpedSize,
  GRIDS_SIZE,
  noisePitch,
  PLAN_SIZE,
} from "./abi/abi";
import { cosineTable, quantize } from "./augment/blocks";
import { addNoise, coarsen, level, smooth, transposePlane } from "./augment/scan";
import { basis, displace } from "./augment/spline";
import { extreme, grow, puncture } from "./augment/strokes";
import { load4, loadF32, madd, splat, storeF32, storeUpTo, zero4 } from "./shared/simd";

const LANES = memory.data<f32>([0, 1, 2, 3]);
/** No box is stretched by more. */
const MOST_STRETCH: f32 = 3;

export function augment_f32(
  y: usize,
  x: usize,
  index: usize,
  plans: usize,
  grids: usize,
  noise: usize,
  h: usize,
  w: usize,
  channels: usize,
  isBytes: usize,
  table: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const bordered = augmentBorderedSize(h, w) << 2;
  const warped = scratch + channels * bordered;
  const step = augmentWarpedSize(h, w) << 2;
  const du = warped + channels * step;
  const dv = du + ((w + 4) << 2);
  const spline = dv + ((w + 4) << 2);
  const stretched = spline + ((5 * w + 16) << 2);
  const extra = stretched + (8 << 2);
  const most: f32 = isBytes ? 255 : 1;
  const imageSize = h * w * channels;
  memory.fill(scratch, 0, augmentScratch(h, w, channels) << 2);
  cosineTable(extra + ((4 * augmentWarpedSize(h, w) + augmentCells(h, w)) << 2));
  if (grids) for (let j: usize = 0; j < w; j++) basis(spline + 64 + j * 20, j, w);
  for (let row = from; row < to; row++) {
    const plan = plans + ((row * PLAN_SIZE) << 2);
    let warp = plan;
    const image = <usize>load<u32>(index + (row << 2)) * imageSize;
    for (let c: usize = 0; c < channels; c++) {
      if (isBytes) unpackBytes(scratch + c * bordered, x + image + c, h, w, channels);
      else unpack(scratch + c * bordered, x + ((image + c) << 2), h, w, channels);
    }
    if (loadF32(plan, 7) > 0) {
      stretch(stretched, plan, scratch, h, w, channels);
      warp = stretched;
    }
    for (let i: usize = 0; i < h; i++) {
      if (grids) {
        displace(du, dv, grids + ((row * GRIDS_SIZE) << 2), spline, i, h, w);
        if (warp !== plan) shrink(du, dv, loadF32(warp, 6), loadF32(warp, 7), w);
      }
      for (let c: usize = 0; c < channels; c++) {
        warpRow(warped + c * step + (((i + 1) * (w + 2) + 1) << 2), scratch + c * bordered, warp, du, dv, i, h, w);
      }
    }
    for (let c: usize = 0; c < channels; c++) {
      const plane = warped + c * step;
      const pixels = noise ? noise + ((row * noisePitch(h, w)) << 2) : 0;
      const t = degrade(plane, plan, pixels, most, h, w, extra);
      const out = y + ((row * imageSize + c) << 2);
      finish(out, plane, t, h, w, channels, most, loadF32(table, c), loadF32(table, channels + c));
    }
  }
}

/** out: a … f of the plan for the image as it is, from those for the one that is stretched; and by what to divide. */
function stretch(out: usize, plan: usize, bordered: usize, h: usize, w: usize, channels: usize): void {
  let top = h;
  let bottom: usize = 0;
  let left = w;
  let right: usize = 0;
  for (let c: usize = 0; c < channels; c++, bordered += augmentBorderedSize(h, w) << 2) {
    for (let i: usize = 0; i < h; i++) {
      for (let j: usize = 0; j < w; j++) {
        if (loadF32(bordered, (i + 1) * (w + 3) + j + 1) === 0) continue;
        top = min(top, i);
        bottom = max(bottom, i + 1);
        left = min(left, j);
        right = max(right, j + 1);
      }
    }
  }
  let across: f32 = 1;
  let down: f32 = 1;
  if (bottom > 0) {
    const s = loadF32(plan, 7);
    const ratio: f32 = <f32>(bottom - top) / <f32>(right - left);
    if (ratio > 1) across += s * (min<f32>(ratio, MOST_STRETCH) - 1);
    else down += s * (min<f32>(<f32>1 / ratio, MOST_STRETCH) - 1);
  }
  const middleU = <f32>(w - 1) / 2;
  const middleV = <f32>(h - 1) / 2;
  storeF32(out, 0, loadF32(plan, 0) / across);
  storeF32(out, 1, loadF32(plan, 1) / across);
  storeF32(out, 2, middleU + (loadF32(plan, 2) - middleU) / across);
  storeF32(out, 3, loadF32(plan, 3) / down);
  storeF32(out, 4, loadF32(plan, 4) / down);
  storeF32(out, 5, middleV + (loadF32(plan, 5) - middleV) / down);
  storeF32(out, 6, across);
  storeF32(out, 7, down);
}

function shrink(du: usize, dv: usize, across: f32, down: f32, w: usize): void {
  for (let j: usize = 0; j < w; j++) {
    storeF32(du, j, loadF32(du, j) / across);
    storeF32(dv, j, loadF32(dv, j) / down);
  }
}

/** What the plan says beyond the warp, in place. @returns the t that is left to be done */
function degrade(plane: usize, plan: usize, noise: usize, most: f32, h: usize, w: usize, extra: usize): f32 {
  const size = augmentWarpedSize(h, w) << 2;
  const other = extra;
  const turned = other + size;
  const turnedOther = turned + size;
  const cells = turnedOther + size;
  const blocks = extra + ((4 * augmentWarpedSize(h, w) + augmentCells(h, w)) << 2);
  const contrast = loadF32(plan, 8);
  const b = loadF32(plan, 9);
  const cell = loadF32(plan, 10);
  const amplitude = loadF32(plan, 14);
  const quantum = loadF32(plan, 15);
  const radius = loadF32(plan, 18);
  let t = loadF32(plan, 6);
  const isPlain = contrast === 0 && b === 0 && cell === 0 && amplitude === 0 && quantum === 0 && radius === 0;
  if (isPlain && abs(t) <= 1) return t;
  while (t !== 0) {
    const part = min<f32>(max<f32>(t, -1), 1);
    grow(other, plane, part, h, w);
    memory.copy(plane, other, ((h + 2) * (w + 2)) << 2);
    t -= part;
  }
  if (radius > 0) {
    puncture(plane, loadF32(plan, 19), loadF32(plan, 20), radius, h, w);
    puncture(plane, loadF32(plan, 21), loadF32(plan, 22), radius, h, w);
  }
  if (b > 0) {
    smooth(other, plane, b, h, w);
    transposePlane(turned, other, h, w);
    smooth(turnedOther, turned, b, w, h);
    transposePlane(plane, turnedOther, w, h);
  }
  if (cell > 0) {
    const m = loadF32(plan, 13);
    coarsen(other, plane, cells, cell, loadF32(plan, 11), m, h, w);
    transposePlane(turned, other, h, w);
    coarsen(turnedOther, turned, cells, cell, loadF32(plan, 12), m, w, h);
    transposePlane(plane, turnedOther, w, h);
  }
  if (contrast !== 0) level(plane, contrast, most, h, w);
  if (noise && amplitude > 0) addNoise(plane, noise, amplitude * most, most, h, w);
  if (quantum > 0) {
    quantize(plane, quantum * most, <usize>loadF32(plan, 16), <usize>loadF32(plan, 17), most, h, w, blocks);
  }
  return 0;
}

/** One channel of an image as f32, behind one row and one column of zeros, before two. */
function unpackBytes(bordered: usize, x: usize, h: usize, w: usize, channels: usize): void {
  for (let i: usize = 0; i < h; i++) {
    const out = bordered + (((i + 1) * (w + 3) + 1) << 2);
    for (let j: usize = 0; j < w; j++, x += channels) storeF32(out, j, <f32>load<u8>(x));
  }
}

function unpack(bordered: usize, x: usize, h: usize, w: usize, channels: usize): void {
  for (let i: usize = 0; i < h; i++) {
    const out = bordered + (((i + 1) * (w + 3) + 1) << 2);
    for (let j: usize = 0; j < w; j++, x += channels << 2) storeF32(out, j, loadF32(x, 0));
  }
}

function warpRow(out: usize, bordered: usize, plan: usize, du: usize, dv: usize, i: usize, h: usize, w: usize): void {
  const pitch = <i32>((w + 3) << 2);
  const rowU = f32x4.splat(loadF32(plan, 1) * <f32>i + loadF32(plan, 2));
  const rowV = f32x4.splat(loadF32(plan, 4) * <f32>i + loadF32(plan, 5));
  const one = splat(LANES, 1);
  // Beyond one pixel outside everything is 0.
  const lastU = f32x4.splat(<f32>(w + 1));
  const lastV = f32x4.splat(<f32>(h + 1));
  for (let j: usize = 0; j < w; j += 4) {
    const column = f32x4.add(f32x4.splat(<f32>j), load4(LANES, 0));
    let u = f32x4.add(madd(splat(plan, 0), column, rowU), f32x4.add(load4(du, j), one));
    let v = f32x4.add(madd(splat(plan, 3), column, rowV), f32x4.add(load4(dv, j), one));
    u = f32x4.pmin(f32x4.pmax(u, zero4()), lastU);
    v = f32x4.pmin(f32x4.pmax(v, zero4()), lastV);
    const left = f32x4.floor(u);
    const top = f32x4.floor(v);
    const fractionU = f32x4.sub(u, left);
    const offsets = i32x4.add(
      i32x4.mul(i32x4.trunc_sat_f32x4_s(top), i32x4.splat(pitch)),
      i32x4.shl(i32x4.trunc_sat_f32x4_s(left), 2),
    );
    const upper = between(bordered, offsets, fractionU);
    const lower = between(bordered + <usize>pitch, offsets, fractionU);
    storeUpTo(out, j, w, madd(f32x4.sub(v, top), f32x4.sub(lower, upper), upper));
  }
}

/** Of four places the pixel there and the one to its right, mixed: (1 − t)·left + t·right. */
function between(bordered: usize, offsets: v128, t: v128): v128 {
  let ab = v128.load64_zero(bordered + <usize>i32x4.extract_lane(offsets, 0));
  ab = v128.load64_lane(bordered + <usize>i32x4.extract_lane(offsets, 1), ab, 1);
  let cd = v128.load64_zero(bordered + <usize>i32x4.extract_lane(offsets, 2));
  cd = v128.load64_lane(bordered + <usize>i32x4.extract_lane(offsets, 3), cd, 1);
  const left = v128.shuffle<f32>(ab, cd, 0, 2, 4, 6);
  return madd(t, f32x4.sub(v128.shuffle<f32>(ab, cd, 1, 3, 5, 7), left), left);
}

/** One channel: strokes thickened (t > 0) or thinned (t < 0), and all normalised. */
function finish(
  y: usize,
  bordered: usize,
  t: f32,
  h: usize,
  w: usize,
  channels: usize,
  most: f32,
  mean: f32,
  std: f32,
): void {
  const pitch = w + 2;
  const strength = f32x4.splat(abs(t));
  const most4 = f32x4.splat(most);
  const mean4 = f32x4.splat(mean);
  const std4 = f32x4.splat(std);
  for (let i: usize = 0; i < h; i++) {
    for (let j: usize = 0; j < w; j += 4) {
      const at = (i + 1) * pitch + j + 1;
      let q = load4(bordered, at);
      if (t !== 0) q = madd(strength, f32x4.sub(extreme(bordered, at, pitch, t > 0), q), q);
      const value = f32x4.div(f32x4.sub(f32x4.div(q, most4), mean4), std4);
      if (channels === 1) storeUpTo(y, i * w + j, i * w + w, value);
      else storeApart(y, i * w + j, i * w + w, channels, value);
    }
  }
}

/** As storeUpTo, to places `step` elements from each other. */
function storeApart(y: usize, i: usize, to: usize, step: usize, value: v128): void {
  storeF32(y, i * step, f32x4.extract_lane(value, 0));
  if (i + 1 < to) storeF32(y, (i + 1) * step, f32x4.extract_lane(value, 1));
  if (i + 2 < to) storeF32(y, (i + 2) * step, f32x4.extract_lane(value, 2));
  if (i + 3 < to) storeF32(y, (i + 3) * step, f32x4.extract_lane(value, 3));
}
