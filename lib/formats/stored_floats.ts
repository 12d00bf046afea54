// stored_floats: floating-point numbers of any width as f32, as a checkpoint's parameters are read.
//
//   F32   as it is
//   F16   exact: sign, 5 bits of exponent, 10 of fraction; subnormals are multiples of 2⁻²⁴
//   BF16  exact: the upper half of an f32
//   F64   rounded to the nearest, of two equally near the even one
//
// NaN stays NaN, ±∞ ±∞, and −0 −0, whatever the width.

import { printable } from "../base/printable.ts";
import type { StoredTensor } from "./safetensors.ts";

/**
 * The numbers of a stored tensor.
 *
 * @returns null where its dtype is not a floating-point one; a text where a number cannot be held: a finite F64 that f32
 *   would round to infinity
 */
export function floatsOf({ dtype, data }: StoredTensor): Float32Array | string | null {
  if (dtype === "F32") return data as Float32Array;
  if (dtype === "F16") return fromBits(data as Uint16Array, widened);
  if (dtype === "BF16") return fromBits(data as Uint16Array, (bits) => bits << 16);
  if (dtype !== "F64") return null;
  const floats = Float32Array.from(data as Float64Array);
  const index = floats.findIndex((value, i) => Math.abs(value) === Number.POSITIVE_INFINITY && value !== data[i]);
  return index < 0 ? floats : `${printable(data[index])} at index ${index}, which is beyond f32`;
}

/** @param widen the 32 bits of the same number */
function fromBits(data: Uint16Array, widen: (bits: number) => number): Float32Array {
  return new Float32Array(Uint32Array.from(data, widen).buffer);
}

/** From 16 bits to 32, as IEEE 754 has them. */
function widened(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent > 0) return sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  // A multiple of 2⁻²⁴: its leading bit, the p-th, makes an exponent of p − 24.
  const p = 31 - Math.clz32(fraction);
  return fraction === 0 ? sign : sign | ((p + 103) << 23) | ((fraction << (23 - p)) & 0x7fffff);
}
