// Strokes made thicker, thinner, or broken. Notation as in ../augment.ts: a plane is one channel of an image within a
// border of zeros one pixel wide, `pitch` = w + 2 elements a row.
//
//   grow      q = p + t·(max3×3(p) − p) for t ≥ 0, p + |t|·(min3×3(p) − p) for t < 0
//   puncture  q = p·clamp(|(i, j) − centre| − r + 1/2, 0, 1): a hole of radius r with a soft edge
//
// Tested in test/kernels/augment.test.ts.

import { load4, loadF32, madd, storeF32, storeUpTo } from "../shared/simd";

/** The largest or the smallest of the 3×3 around each of four pixels. */
export function extreme(plane: usize, at: usize, pitch: usize, isLargest: boolean): v128 {
  let best = load4(plane, at);
  for (let row = at - pitch - 1; row <= at + pitch - 1; row += pitch) {
    for (let k: usize = 0; k < 3; k++) {
      const pixel = load4(plane, row + k);
      best = isLargest ? f32x4.pmax(pixel, best) : f32x4.pmin(pixel, best);
    }
  }
  return best;
}

/** From plane to plane; t from −1 to 1. */
export function grow(out: usize, plane: usize, t: f32, h: usize, w: usize): void {
  const pitch = w + 2;
  const strength = f32x4.splat(abs(t));
  for (let i: usize = 1; i <= h; i++) {
    for (let j: usize = 1; j <= w; j += 4) {
      const q = load4(plane, i * pitch + j);
      const most = extreme(plane, i * pitch + j, pitch, t > 0);
      storeUpTo(out, i * pitch + j, i * pitch + 1 + w, madd(strength, f32x4.sub(most, q), q));
    }
  }
}

/** In place. */
export function puncture(plane: usize, row: f32, column: f32, radius: f32, h: usize, w: usize): void {
  for (let i: usize = 0; i < h; i++) {
    const down = <f32>i - row;
    for (let j: usize = 0; j < w; j++) {
      const across = <f32>j - column;
      const left: f32 = sqrt(down * down + across * across) - radius + 0.5;
      if (left >= 1) continue;
      const at = (i + 1) * (w + 2) + j + 1;
      storeF32(plane, at, loadF32(plane, at) * max<f32>(left, 0));
    }
  }
}
