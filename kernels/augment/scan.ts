// What lenses and scanners make of an image. Planes as in ./strokes.ts.
//
//   smooth   twice q[i] = p[i] + b·(p[i−1] − 2·p[i] + p[i+1]), along columns: a variance of 4·b
//   coarsen  along columns, pixels of `cell` ≥ 1 rows, the first of which begins at `start`, from −cell to 0:
//            s[k] = the mean of p over row start + k·cell to start + (k + 1)·cell, 0 outside; and enlarged again
//            q[i] = (1 − m)·(mean of s over row i to i + 1) + m·(s between the centres of two, linearly)
//   level    c > 0: q = clamp((p·most/peak − most/2)/(1 − c) + most/2, 0, most), peak = the largest p, most/8 at least;
//            c < 0: q = p·(1 + c)
//
// Along rows both are the same of the plane transposed. Tested in test/kernels/augment.test.ts.

import { load4, loadF32, madd, store4, storeF32, storeUpTo, zero4 } from "../shared/simd";

/** out [w, h] = plane [h, w], either in its border. */
export function transposePlane(out: usize, plane: usize, h: usize, w: usize): void {
  for (let i: usize = 1; i <= h; i++) {
    for (let j: usize = 1; j <= w; j++) storeF32(out, j * (h + 2) + i, loadF32(plane, i * (w + 2) + j));
  }
}

export function smooth(out: usize, plane: usize, b: f32, h: usize, w: usize): void {
  smoothOnce(out, plane, b, h, w);
  smoothOnce(plane, out, b, h, w);
  memory.copy(out, plane, ((h + 2) * (w + 2)) << 2);
}

function smoothOnce(out: usize, plane: usize, b: f32, h: usize, w: usize): void {
  const pitch = w + 2;
  const share = f32x4.splat(b);
  for (let i: usize = 1; i <= h; i++) {
    for (let j: usize = 1; j <= w; j += 4) {
      const at = i * pitch + j;
      const p = load4(plane, at);
      const around = f32x4.add(load4(plane, at - pitch), load4(plane, at + pitch));
      storeUpTo(out, at, i * pitch + 1 + w, madd(share, f32x4.sub(around, f32x4.add(p, p)), p));
    }
  }
}

/** `cells`: room for h + 4 rows of w + 4 elements. */
export function coarsen(
  out: usize,
  plane: usize,
  cells: usize,
  cell: f32,
  start: f32,
  m: f32,
  h: usize,
  w: usize,
): void {
  const pitch = w + 2;
  const cellPitch = (w + 4) & ~3;
  const count = <usize>((<f32>h - start) / cell) + 1;
  // A row of zeros before the first, one behind the last.
  memory.fill(cells, 0, ((count + 3) * cellPitch) << 2);
  for (let k: usize = 0; k < count; k++) {
    const from: f32 = max<f32>(start + <f32>k * cell, 0);
    const to: f32 = min<f32>(start + <f32>(k + 1) * cell, <f32>h);
    const row = (k + 1) * cellPitch;
    for (let i = <usize>from; <f32>i < to; i++) {
      const share = f32x4.splat((min<f32>(to, <f32>i + 1) - max<f32>(from, <f32>i)) / cell);
      for (let j: usize = 0; j < w; j += 4) {
        store4(cells, row + j, madd(share, load4(plane, (i + 1) * pitch + 1 + j), load4(cells, row + j)));
      }
    }
  }
  for (let i: usize = 0; i < h; i++) {
    const place: f32 = (<f32>i - start) / cell;
    const first = Mathf.floor(place);
    const inFirst: f32 = min<f32>(max<f32>((first + 1 - place) * cell, 0), 1);
    const between: f32 = place + <f32>0.5 / cell - <f32>0.5;
    const upper = Mathf.floor(between);
    const f = between - upper;
    const hard = cells + ((<usize>(first + 1) * cellPitch) << 2);
    const soft = cells + ((<usize>(upper + 1) * cellPitch) << 2);
    const weights0 = f32x4.splat((1 - m) * inFirst);
    const weights1 = f32x4.splat((1 - m) * (1 - inFirst));
    const weights2 = f32x4.splat(m * (1 - f));
    const weights3 = f32x4.splat(m * f);
    for (let j: usize = 0; j < w; j += 4) {
      let q = f32x4.mul(weights0, load4(hard, j));
      q = madd(weights1, load4(hard, cellPitch + j), q);
      q = madd(weights2, load4(soft, j), q);
      q = madd(weights3, load4(soft, cellPitch + j), q);
      storeUpTo(out, (i + 1) * pitch + 1 + j, (i + 1) * pitch + 1 + w, q);
    }
  }
}

/** In place. */
export function level(plane: usize, c: f32, most: f32, h: usize, w: usize): void {
  const pitch = w + 2;
  let factor: f32 = 1 + c;
  let offset: f32 = 0;
  if (c > 0) {
    // The border is 0, and nothing is below.
    let largest = zero4();
    for (let at: usize = 0; at < (h + 2) * pitch; at += 4) largest = f32x4.pmax(load4(plane, at), largest);
    const pairs = f32x4.pmax(largest, v128.shuffle<f32>(largest, largest, 2, 3, 0, 1));
    const peak = max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    factor = most / max(peak, most / 8) / (1 - c);
    offset = most / 2 - most / 2 / (1 - c);
  }
  for (let i: usize = 1; i <= h; i++) {
    for (let j: usize = 1; j <= w; j += 4) {
      const at = i * pitch + j;
      const q = madd(f32x4.splat(factor), load4(plane, at), f32x4.splat(offset));
      storeUpTo(plane, at, i * pitch + 1 + w, f32x4.pmin(f32x4.pmax(q, zero4()), f32x4.splat(most)));
    }
  }
}

/** In place: q = clamp(p + amplitude·noise, 0, most); noise [h, w], from −1 to 1. */
export function addNoise(plane: usize, noise: usize, amplitude: f32, most: f32, h: usize, w: usize): void {
  const pitch = w + 2;
  for (let i: usize = 0; i < h; i++) {
    for (let j: usize = 0; j < w; j += 4) {
      const at = (i + 1) * pitch + 1 + j;
      const q = madd(f32x4.splat(amplitude), load4(noise, i * w + j), load4(plane, at));
      storeUpTo(plane, at, (i + 1) * pitch + 1 + w, f32x4.pmin(f32x4.pmax(q, zero4()), f32x4.splat(most)));
    }
  }
}
