// Displacements between the knots of a uniform cubic B-spline: 7 × 7 knots over an image of any size, so that its four
// segments each way are covered, edges included. Notation as in ../augment.ts.
//
//   β₀ = (1 − f)³/6, β₁ = (4 − 3f²(2 − f))/6, β₂ = (4 − 3g²(2 − g))/6, β₃ = f³/6, g = 1 − f
//
// f is the place within the segment. Tested in test/kernels/augment.test.ts.

import { KNOTS } from "../abi/abi";
import { addLanes, load4, madd, splat, store4, storeF32 } from "../shared/simd";

const SEGMENTS: f32 = 4;
/** Elements of the knots of one axis: seven rows. */
const GRID: usize = 7 * KNOTS;

/** The four values of β at pixel `i` of `size`, then the first knot that they belong to. */
export function basis(out: usize, i: usize, size: usize): void {
  const s = ((<f32>i + 0.5) * SEGMENTS) / <f32>size;
  const first = Mathf.floor(s);
  const f = s - first;
  const g: f32 = 1 - f;
  storeF32(out, 0, (g * g * g) / 6);
  storeF32(out, 1, (4 - 3 * f * f * (2 - f)) / 6);
  storeF32(out, 2, (4 - 3 * g * g * (2 - g)) / 6);
  storeF32(out, 3, (f * f * f) / 6);
  store<u32>(out + 16, <u32>first);
}

/**
 * du, dv [w]: the displacements along row i. `spline`: room for 16 elements, then 5 a column, as basis() gives them.
 * Before du gets what it is for, it holds the five of the row, so it has room for 4 elements more than w.
 */
export function displace(du: usize, dv: usize, grid: usize, spline: usize, i: usize, h: usize, w: usize): void {
  basis(du, i, h);
  const b0 = splat(du, 0);
  const b1 = splat(du, 1);
  const b2 = splat(du, 2);
  const b3 = splat(du, 3);
  const first = grid + ((<usize>load<u32>(du + 16) * KNOTS) << 2);
  for (let axis: usize = 0; axis < 2; axis++) {
    for (let k: usize = 0; k < KNOTS; k += 4) {
      const knots = first + ((axis * GRID + k) << 2);
      const low = madd(b1, load4(knots, KNOTS), f32x4.mul(b0, load4(knots, 0)));
      store4(spline, KNOTS * axis + k, madd(b3, load4(knots, 3 * KNOTS), madd(b2, load4(knots, 2 * KNOTS), low)));
    }
  }
  for (let j: usize = 0; j < w; j++) {
    const column = spline + 64 + j * 20;
    const weights = load4(column, 0);
    const at = <usize>load<u32>(column + 16);
    storeF32(du, j, addLanes(f32x4.mul(weights, load4(spline, at))));
    storeF32(dv, j, addLanes(f32x4.mul(weights, load4(spline, KNOTS + at))));
  }
}
