// Four f32 lanes: loads, stores, tails and the one multiply-add that every kernel uses.
// Indices count f32 elements; bytes exist in this file only.

/** x[i .. i+4). At an operand's end that may be up to 12 bytes past it: READ_SLACK of abi/abi.ts allows it. */
export function load4(x: usize, i: usize): v128 {
  return v128.load(x + (i << 2));
}

/** x[i .. i+4), bytes, as integers. Reads eight of them. */
export function load4U8(x: usize, i: usize): v128 {
  return i32x4.extend_low_i16x8_u(v128.load_ext<u8>(x + i));
}

export function store4(y: usize, i: usize, value: v128): void {
  v128.store(y + (i << 2), value);
}

/** Stores the first `count` (1 to 3) lanes; what lies behind them is left alone. */
export function storeTail(y: usize, i: usize, count: usize, value: v128): void {
  const p = y + (i << 2);
  v128.store_lane<f32>(p, value, 0);
  if (count > 1) v128.store_lane<f32>(p, value, 1, 4);
  if (count > 2) v128.store_lane<f32>(p, value, 2, 8);
}

/** Stores the lanes that lie before `to`: four, or a tail's. For loops that have one body for both. */
export function storeUpTo(y: usize, i: usize, to: usize, value: v128): void {
  if (i + 4 <= to) store4(y, i, value);
  else storeTail(y, i, to - i, value);
}

// Read at an offset of 4 − count, they hold `count` ones and then zeros.
const MASKS = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0, 0]);

/** All bits of the first `count` (0 to 4) lanes, none of the others. */
export function laneMask(count: usize): v128 {
  return v128.load(MASKS + ((4 - count) << 2));
}

/** The four lanes added as (0 + 1) + (2 + 3). */
export function addLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** x[i] in all four lanes. */
export function splat(x: usize, i: usize): v128 {
  return v128.load32_splat(x + (i << 2));
}

/** The f64 number x[i], i in f64 elements, in both f64 lanes: for tables of constants. */
export function splat64(x: usize, i: usize): v128 {
  return v128.load64_splat(x + (i << 3));
}

/** Lanes 0 and 1 in f64. */
export function low64(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** Lanes 2 and 3 in f64. */
export function high64(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** Two pairs of f64 lanes, rounded to four of f32. */
export function round4(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

export function loadF32(x: usize, i: usize): f32 {
  return load<f32>(x + (i << 2));
}

export function storeF32(y: usize, i: usize, value: f32): void {
  store<f32>(y + (i << 2), value);
}

export function zero4(): v128 {
  return v128.splat<f32>(0);
}

/**
 * a·b + c a lane: one rounding in the relaxed variant where the machine has FMA, two in the simd one.
 * The only multiply-add in the project, so that within a variant all paths agree to the bit.
 */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
