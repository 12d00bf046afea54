// exp, log, tanh and the logistic function on four f32 lanes.
//
// Range reduction and polynomials of Moshier's Cephes library (expf, logf, tanhf), in the order of
// evaluation written here. Infinities, NaN, overflow and subnormal arguments and results are treated as
// IEEE 754 has it. The largest errors, in units of the last place, over the sweep of test/kernels/math.test.ts:
//
//              simd   relaxed                  simd   relaxed
//   exp4       0.94   0.98        tanh4        1.13   1.13
//   log4       0.76   0.75        sigmoid4     1.96   1.96
//
// Constants are loaded, not written as splats of literals: V8 rebuilds those at each use inside a loop.

import { madd, splat, zero4 } from "./simd";

// Beyond these exponents the result is 0 or infinite anyway; 1/ln 2; −ln 2 in two parts, the first short
// enough for n·part to be exact; the polynomial; 1.5·2^23.
const EXP = memory.data<f32>([
  -104.0,
  89.0,
  <f32>Math.LOG2E,
  -0.693359375,
  2.1219444e-4,
  1.98756915e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
  1.0,
  12582912.0,
]);

/** e^x = 2^n · e^r, n the integer nearest to x/ln 2, |r| ≤ ln 2 / 2. */
export function exp4(x: v128): v128 {
  // pmax and pmin are one instruction each, and keep x where it is NaN.
  const clamped = f32x4.pmin(f32x4.pmax(x, splat(EXP, 0)), splat(EXP, 1));
  // Adding 1.5·2^23 rounds to the nearest integer, and leaves it in the low bits.
  const rounder = splat(EXP, 12);
  const shifted = f32x4.add(f32x4.mul(clamped, splat(EXP, 2)), rounder);
  const n = f32x4.sub(shifted, rounder);
  const r = madd(n, splat(EXP, 4), madd(n, splat(EXP, 3), clamped));
  let p = madd(splat(EXP, 5), r, splat(EXP, 6));
  p = madd(p, r, splat(EXP, 7));
  p = madd(p, r, splat(EXP, 8));
  p = madd(p, r, splat(EXP, 9));
  p = madd(p, r, splat(EXP, 10));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(EXP, 11));
  // 2^n in two factors, so that n from −150 to 128 needs no special case: the first product is exact.
  const exponent = i32x4.sub(shifted, rounder);
  const half = i32x4.shr_s(exponent, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(exponent, half)));
}

/** 2^n for integers −126 ≤ n ≤ 127, from its bits. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, v128.load32_splat(BITS)), 23);
}

// The exponent's bias; the bits of √½; of 1 less those of √½; the mantissa's mask; −23, log₂ of SCALE's 2^23.
const BITS = memory.data<i32>([127, 0x3f3504f3, 0x3f800000 - 0x3f3504f3, 0x007fffff, -23]);
const SCALE = memory.data<f32>([
  1.1754943508222875e-38,
  8388608,
  f32.NaN,
  f32.NEGATIVE_INFINITY,
  f32.POSITIVE_INFINITY,
]);
const LOG = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 1.0, -2.1219444e-4, -0.5, 0.693359375,
]);

/** ln x = k·ln 2 + ln(1 + f), x = 2^k·(1 + f), √½ ≤ 1 + f < √2. */
export function log4(x: v128): v128 {
  const isSubnormal = f32x4.lt(x, splat(SCALE, 0));
  const normal = v128.bitselect(f32x4.mul(x, splat(SCALE, 1)), x, isSubnormal);
  const shift = v128.and(isSubnormal, v128.load32_splat(BITS + 16));
  const bits = i32x4.add(normal, v128.load32_splat(BITS + 8));
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.sub(i32x4.shr_s(bits, 23), v128.load32_splat(BITS)), shift));
  const m = i32x4.add(v128.and(bits, v128.load32_splat(BITS + 12)), v128.load32_splat(BITS + 4));
  const f = f32x4.sub(m, splat(LOG, 9));
  const square = f32x4.mul(f, f);
  let p = madd(splat(LOG, 0), f, splat(LOG, 1));
  p = madd(p, f, splat(LOG, 2));
  p = madd(p, f, splat(LOG, 3));
  p = madd(p, f, splat(LOG, 4));
  p = madd(p, f, splat(LOG, 5));
  p = madd(p, f, splat(LOG, 6));
  p = madd(p, f, splat(LOG, 7));
  p = madd(p, f, splat(LOG, 8));
  p = f32x4.mul(p, f32x4.mul(f, square));
  p = madd(square, splat(LOG, 11), madd(k, splat(LOG, 10), p));
  const finite = madd(k, splat(LOG, 12), f32x4.add(f, p));
  const result = v128.bitselect(finite, x, f32x4.lt(x, splat(SCALE, 4)));
  const isZero = f32x4.eq(x, zero4());
  const outside = v128.bitselect(splat(SCALE, 3), splat(SCALE, 2), isZero);
  return v128.bitselect(outside, result, f32x4.le(x, zero4()));
}

const TANH = memory.data<f32>([
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 0.625, 1.0, 2.0,
]);

/** tanh x: an odd polynomial below 0.625, 1 − 2/(e^{2|x|} + 1) with the sign of x above. */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(size, size);
  let p = madd(splat(TANH, 0), square, splat(TANH, 1));
  p = madd(p, square, splat(TANH, 2));
  p = madd(p, square, splat(TANH, 3));
  p = madd(p, square, splat(TANH, 4));
  const small = madd(p, f32x4.mul(square, size), size);
  const one = splat(TANH, 6);
  const two = splat(TANH, 7);
  const large = f32x4.sub(one, f32x4.div(two, f32x4.add(exp4(f32x4.mul(two, size)), one)));
  const magnitude = v128.bitselect(small, large, f32x4.lt(size, splat(TANH, 5)));
  return v128.or(magnitude, v128.xor(x, size));
}

/** 1/(1 + e^{−x}), as e^{−|x|}/(1 + e^{−|x|}) for negative x: no overflow, and small results keep their digits. */
export function sigmoid4(x: v128): v128 {
  const one = splat(EXP, 11);
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(e, one, f32x4.lt(x, zero4()));
  return f32x4.div(numerator, f32x4.add(one, e));
}
