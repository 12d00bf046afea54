// Random numbers without a state: functions of (seed, stream, step, index), by Philox4x32-10.
//
//   random_u32          y = the word itself
//   random_uniform_f32  y = low + (high − low)·u,  u = ⌊word / 2⁸⌋·2⁻²⁴ in [0, 1)
//   random_normal_f32   y = mean + deviation·z, by Box–Muller on words (0, 1) and on words (2, 3):
//                       r = √(−2·ln(1 − u₀)),  z₀ = r·cos(2π·u₁),  z₁ = r·sin(2π·u₁);  |z| ≤ 5.77
//
// y  [size]; which word is which element's stands in random/philox.ts. Range: elements [from, to).
// Numerics: IEEE + − · √ on f32, so that both kernel variants draw the same bits: hence no madd.
// ln, sin and cos are polynomials, good to 2 ulp. Tested in test/ops/random.test.ts.
// Source: Salmon et al. 2011; Box & Muller 1958; Moshier's Cephes for the polynomials.

import { philox, store16Within, word0, word1, word2, word3 } from "./random/philox";
import { splat } from "./shared/simd";

/** 2⁻²⁴, 1, −2, 4. */
const SCALES = memory.data<f32>([5.9604644775390625e-8, 1, -2, 4]);
const INTEGERS = memory.data<u32>([0, 1, 126]);

export function random_u32(
  y: usize,
  first: usize,
  stream: usize,
  stepLow: usize,
  stepHigh: usize,
  seedLow: usize,
  seedHigh: usize,
  from: usize,
  to: usize,
): void {
  for (let i = from & ~15; i < to; i += 16) {
    philox(first + (i >> 2), stream, stepLow, stepHigh, seedLow, seedHigh);
    store16Within(y, i, from, to, word0, word1, word2, word3);
  }
}

export function random_uniform_f32(
  y: usize,
  low: f32,
  high: f32,
  first: usize,
  stream: usize,
  stepLow: usize,
  stepHigh: usize,
  seedLow: usize,
  seedHigh: usize,
  from: usize,
  to: usize,
): void {
  const start = f32x4.splat(low);
  const width = f32x4.splat(high - low);
  for (let i = from & ~15; i < to; i += 16) {
    philox(first + (i >> 2), stream, stepLow, stepHigh, seedLow, seedHigh);
    const v0 = f32x4.add(start, f32x4.mul(width, uniform(word0)));
    const v1 = f32x4.add(start, f32x4.mul(width, uniform(word1)));
    const v2 = f32x4.add(start, f32x4.mul(width, uniform(word2)));
    const v3 = f32x4.add(start, f32x4.mul(width, uniform(word3)));
    store16Within(y, i, from, to, v0, v1, v2, v3);
  }
}

export function random_normal_f32(
  y: usize,
  mean: f32,
  deviation: f32,
  first: usize,
  stream: usize,
  stepLow: usize,
  stepHigh: usize,
  seedLow: usize,
  seedHigh: usize,
  from: usize,
  to: usize,
): void {
  const center = f32x4.splat(mean);
  const spread = f32x4.splat(deviation);
  for (let i = from & ~15; i < to; i += 16) {
    philox(first + (i >> 2), stream, stepLow, stepHigh, seedLow, seedHigh);
    const r01 = f32x4.mul(spread, radius(word0));
    const r23 = f32x4.mul(spread, radius(word2));
    const v0 = f32x4.add(center, f32x4.mul(r01, turn(word1, 1)));
    const v1 = f32x4.add(center, f32x4.mul(r01, turn(word1, 0)));
    const v2 = f32x4.add(center, f32x4.mul(r23, turn(word3, 1)));
    const v3 = f32x4.add(center, f32x4.mul(r23, turn(word3, 0)));
    store16Within(y, i, from, to, v0, v1, v2, v3);
  }
}

/** The upper 24 bits as a fraction in [0, 1): f32 holds each exactly. */
// @inline
function uniform(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(word, 8)), splat(SCALES, 0));
}

/** √(−2·ln(1 − u)); 1 − u is exact, and never 0. */
function radius(word: v128): v128 {
  return f32x4.sqrt(f32x4.mul(splat(SCALES, 2), ln(f32x4.sub(splat(SCALES, 1), uniform(word)))));
}

const MANTISSA = memory.data<u32>([0x007fffff, 0x3f000000]);
/** 181/256, about √½. */
const SQRT_HALF = memory.data<f32>([0.70703125]);
const LN2 = memory.data<f32>([0.693359375, -2.1219444e-4]);
const LN = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, -0.5,
]);

/** ln x for 2⁻²⁴ ≤ x ≤ 1: x = m·2ᵉ with m in [√½, √2), a polynomial in m − 1. */
function ln(x: v128): v128 {
  const one = splat(SCALES, 1);
  const half = v128.or(v128.and(x, splat(MANTISSA, 0)), splat(MANTISSA, 1)); // [½, 1)
  const isSmall = f32x4.lt(half, splat(SQRT_HALF, 0));
  const exponent = i32x4.sub(i32x4.shr_u(x, 23), splat(INTEGERS, 2));
  const e = f32x4.convert_i32x4_s(i32x4.add(exponent, isSmall)); // true is −1
  const t = f32x4.sub(f32x4.add(half, v128.and(half, isSmall)), one);
  let p = splat(LN, 0);
  for (let i: usize = 1; i < 10; i++) p = f32x4.add(f32x4.mul(p, t), splat(LN, i));
  const tail = f32x4.add(f32x4.mul(f32x4.mul(t, t), p), f32x4.mul(e, splat(LN2, 1)));
  return f32x4.add(f32x4.mul(e, splat(LN2, 0)), f32x4.add(t, tail));
}

const HALF_PI = memory.data<f32>([1.5707964]);
const SIN = memory.data<f32>([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
const COS = memory.data<f32>([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5]);

/** sin(2π·u), or with quarter = 1 cos(2π·u): 4u = q + f, q an integer, |f| ≤ ½; q chooses the branch. */
function turn(word: v128, quarter: usize): v128 {
  const turns = f32x4.mul(uniform(word), splat(SCALES, 3));
  const whole = f32x4.nearest(turns);
  const a = f32x4.mul(f32x4.sub(turns, whole), splat(HALF_PI, 0)); // the difference is exact
  const q = i32x4.add(i32x4.trunc_sat_f32x4_s(whole), splat(INTEGERS, quarter));
  const a2 = f32x4.mul(a, a);
  let s = splat(SIN, 0);
  s = f32x4.add(f32x4.mul(s, a2), splat(SIN, 1));
  s = f32x4.add(f32x4.mul(s, a2), splat(SIN, 2));
  s = f32x4.add(f32x4.mul(f32x4.mul(s, a2), a), a);
  let c = splat(COS, 0);
  for (let i: usize = 1; i < 4; i++) c = f32x4.add(f32x4.mul(c, a2), splat(COS, i));
  c = f32x4.add(f32x4.mul(c, a2), splat(SCALES, 1));
  const isOdd = i32x4.shr_s(i32x4.shl(q, 31), 31);
  const sign = i32x4.shl(i32x4.shr_u(q, 1), 31);
  return v128.xor(v128.bitselect(c, s, isOdd), sign);
}
