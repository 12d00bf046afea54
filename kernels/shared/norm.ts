// Batch normalisation of four channels, as batch_norm2d.ts and batch_norm2d_backward.ts define it.

import { madd } from "./simd";

/** Pixels that are taken with one load of the coefficients. */
export const NORM_ROWS: usize = 8;

/** (y − mean)·scale + bias. */
export function norm(y: v128, mean: v128, scale: v128, bias: v128): v128 {
  return madd(f32x4.sub(y, mean), scale, bias);
}

/** scale·d + slope·(y − mean) + shift, d the gradient of norm(y). */
export function normGradient(d: v128, y: v128, mean: v128, scale: v128, slope: v128, shift: v128): v128 {
  return madd(d, scale, madd(f32x4.sub(y, mean), slope, shift));
}
