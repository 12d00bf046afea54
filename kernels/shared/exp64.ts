// e^x on two f64 lanes, for where f32 loses its digits: correct to 1e-11, which rounds to f32 within 0.501 ulp.

import { splat64 } from "./simd";

// 1/ln 2, −ln 2 in two parts, then 1/9!, 1/8! … 1/2!, 1, 1.
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
]);

/** e^x for |x| ≤ 700; relative error 1e-11. NaN stays NaN. */
export function exp64(x: v128): v128 {
  const n = f64x2.nearest(f64x2.mul(x, splat64(EXP64, 0)));
  const r = f64x2.add(f64x2.add(x, f64x2.mul(n, splat64(EXP64, 1))), f64x2.mul(n, splat64(EXP64, 2)));
  let p = splat64(EXP64, 3);
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 4));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 5));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 6));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 7));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 8));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 9));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 10));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 11));
  p = f64x2.add(f64x2.mul(p, r), splat64(EXP64, 12));
  // Adding n to the exponent's bits multiplies by 2^n.
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  return i64x2.add(p, i64x2.shl(exponent, 52));
}
