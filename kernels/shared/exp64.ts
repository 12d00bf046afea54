// e^x on two f64 lanes, for where f32 loses its digits: correct to 1e-11, which rounds to f32 within 0.501 ulp.

import { splat64 } from "./simd";

// 1/ln 2, −ln 2 in two parts, then 1/9!, 1/8! … 1/2!, 1, 1; 1.5·2^52.
const EXP64 = memory.data<f64>([
  Math.LOG2E,
  -0.6931471803691238,
  -1.9082149292705877e-10,
  2.755731922398589e-6,
  2.48015873015873e-5,
  1.984126984126984e-4,
  1.388888888888889e-3,
  8.333333333333333e-3,
  4.1666666666666664e-2,
  0.16666666666666666,
  0.5,
  1.0,
  1.0,
  6755399441055744.0,
]);

/** e^x for |x| ≤ 700; relative error 1e-11. NaN stays NaN. */
export function exp64(x: v128): v128 {
  // Adding 1.5·2^52 rounds to the nearest integer, and leaves it in the low bits.
  const rounder = splat64(EXP64, 13);
  const shifted = f64x2.add(f64x2.mul(x, splat64(EXP64, 0)), rounder);
  const n = f64x2.sub(shifted, rounder);
  const r = f64x2.add(f64x2.add(x, f64x2.mul(n, splat64(EXP64, 1))), f64x2.mul(n, splat64(EXP64, 2)));
  const square = f64x2.mul(r, r);
  // Odd and even powers apart: two short chains of dependent operations instead of one long one.
  let odd = splat64(EXP64, 3);
  odd = f64x2.add(f64x2.mul(odd, square), splat64(EXP64, 5));
  odd = f64x2.add(f64x2.mul(odd, square), splat64(EXP64, 7));
  odd = f64x2.add(f64x2.mul(odd, square), splat64(EXP64, 9));
  odd = f64x2.add(f64x2.mul(odd, square), splat64(EXP64, 11));
  let even = splat64(EXP64, 4);
  even = f64x2.add(f64x2.mul(even, square), splat64(EXP64, 6));
  even = f64x2.add(f64x2.mul(even, square), splat64(EXP64, 8));
  even = f64x2.add(f64x2.mul(even, square), splat64(EXP64, 10));
  even = f64x2.add(f64x2.mul(even, square), splat64(EXP64, 12));
  // Adding n to the exponent's bits multiplies by 2^n.
  return i64x2.add(f64x2.add(f64x2.mul(odd, r), even), i64x2.shl(shifted, 52));
}
