// Images distorted: one bilinear warp of the data set's values, bright strokes thickened or thinned, and the result
// normalised.
//
//   u = a·j + b·i + c + Σₖ β(j, k)·Σᵣ β(i, r)·grid[0,r,k]         where pixel (i, j) comes from: column u,
//   v = d·j + e·i + f + Σₖ β(j, k)·Σᵣ β(i, r)·grid[1,r,k]         row v; without grids the sums are 0
//   p = x[index[n]] at (v, u), between four pixels; 0 outside the image
//   q = p + t·(max3×3(p) − p) for t ≥ 0, p + |t|·(min3×3(p) − p) for t < 0
//   y = (q/most − mean)/std, most = 255 for bytes, 1 for f32
//
// Each channel by itself, all of an image by the same u and v.
//
// y       [rows, h, w, channels] f32
// x       [any, h, w, channels], u8 where isBytes is 1, else f32;  index [rows] i32: which image becomes row n
// plans   [rows, 8] f32: a, b, c, d, e, f, t, and one that is not read
// grids   [rows, 2, 7, 8] f32: displacements in pixels at the 7 × 7 knots of a cubic B-spline over the image, the
//         eighth of each row not used; or 0 for none. β sums to 1, so no pixel moves farther than the largest of them.
// table   [2, channels] f32: mean and std
// scratch augmentScratch(h, w, channels) elements
// Range: rows [from, to). Registers: 4 gathered vectors, 2 coordinates, 4 of the plan.
// Numerics: one madd a term. The identity (a = e = 1, all else 0) gives the bits of normalize_u8 and normalize_f32.
// Tested in test/kernels/augment.test.ts, timed by bench/layout.bench.ts.
// Source: Simard, Steinkraus & Platt 2003, Best practices for convolutional neural networks.

import { augmentBorderedSize, augmentScratch, augmentWarpedSize, GRIDS_SIZE, PLAN_SIZE } from "./abi/abi";
import { basis, displace } from "./augment/spline";
import { load4, loadF32, madd, splat, storeF32, storeUpTo, zero4 } from "./shared/simd";

const LANES = memory.data<f32>([0, 1, 2, 3]);

export function augment_f32(
  y: usize,
  x: usize,
  index: usize,
  plans: usize,
  grids: usize,
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
  const most: f32 = isBytes ? 255 : 1;
  const imageSize = h * w * channels;
  memory.fill(scratch, 0, augmentScratch(h, w, channels) << 2);
  if (grids) for (let j: usize = 0; j < w; j++) basis(spline + 64 + j * 20, j, w);
  for (let row = from; row < to; row++) {
    const plan = plans + ((row * PLAN_SIZE) << 2);
    const image = <usize>load<u32>(index + (row << 2)) * imageSize;
    for (let c: usize = 0; c < channels; c++) {
      if (isBytes) unpackBytes(scratch + c * bordered, x + image + c, h, w, channels);
      else unpack(scratch + c * bordered, x + ((image + c) << 2), h, w, channels);
    }
    for (let i: usize = 0; i < h; i++) {
      if (grids) displace(du, dv, grids + ((row * GRIDS_SIZE) << 2), spline, i, h, w);
      for (let c: usize = 0; c < channels; c++) {
        warpRow(warped + c * step + (((i + 1) * (w + 2) + 1) << 2), scratch + c * bordered, plan, du, dv, i, h, w);
      }
    }
    for (let c: usize = 0; c < channels; c++) {
      const out = y + ((row * imageSize + c) << 2);
      finish(
        out,
        warped + c * step,
        loadF32(plan, 6),
        h,
        w,
        channels,
        most,
        loadF32(table, c),
        loadF32(table, channels + c),
      );
    }
  }
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

/** The largest or the smallest of the 3×3 around each of four pixels. */
function extreme(bordered: usize, at: usize, pitch: usize, isLargest: boolean): v128 {
  let best = load4(bordered, at);
  for (let row = at - pitch - 1; row <= at + pitch - 1; row += pitch) {
    for (let k: usize = 0; k < 3; k++) {
      const pixel = load4(bordered, row + k);
      best = isLargest ? f32x4.pmax(pixel, best) : f32x4.pmin(pixel, best);
    }
  }
  return best;
}
