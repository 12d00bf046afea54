// Batch normalisation: backward.
//
//   x̂ = (x − mean)·inverse,  dβ = Σ dy,  dγ = Σ dy·x̂
//   training    dx = scale·(dy − dβ/P − x̂·dγ/P) = scale·dy + slope·(x − mean) + shift
//   evaluation  dx = scale·dy
//
// x, dy, dx      [P, C], P = N·H·W pixels;  dgamma, dbeta  [C]
// coefficients   [5, C] as batch_norm2d.ts makes them: mean m + e, inverse, scale, bias
// partial        [⌈N/8⌉, 2, C4] f64: (Σ dy, Σ dy·(x − m)) of each chunk of 8 images
// floor          0 where a ReLU followed: dy counts only where (x − mean)·scale + bias is more; NaN where none did
// slopes         [2, C] f32: slope = −scale·inverse·dγ/P and shift = −scale·dβ/P − slope·e
//
// sums (range: chunks) → merge (range: channels) → input (range: pixels).
// Numerics: blocks of 32 pixels are summed in f32, these and the chunks in ascending order in f64:
// neither the cut of a range nor the number of threads changes a bit. Error of dβ ≤ γ(32)·Σ|dy|.
// Tested in test/kernels/batch_norm2d.test.ts and test/ops/batch_norm2d.test.ts.

import { CHUNK, wholeVectors } from "./abi/abi";
import { highF64, load2F64, loadF64, lowF64, store2F64 } from "./shared/f64";
import { NORM_ROWS } from "./shared/norm";
import { load4, loadF32, madd, store4, storeF32, storeTail, zero4 } from "./shared/simd";

const BLOCK: usize = 32;

/** Range: chunks [from, to) of 8 images of hw pixels. */
export function batch_norm2d_backward_sums_f32(
  partial: usize,
  dy: usize,
  x: usize,
  coefficients: usize,
  n: usize,
  hw: usize,
  c: usize,
  floor: f32,
  from: usize,
  to: usize,
): void {
  const c4 = wholeVectors(c);
  for (let chunk = from; chunk < to; chunk++) {
    const pixels = min(CHUNK, n - chunk * CHUNK) * hw;
    const sums = partial + ((chunk * 2 * c4) << 3);
    memory.fill(sums, 0, (2 * c4) << 3);
    for (let p: usize = 0; p < pixels; p += BLOCK) {
      const block = (chunk * CHUNK * hw + p) * c;
      for (let i: usize = 0; i < c; i += 4) {
        const at = (block + i) << 2;
        addBlock(sums, i, c4, dy + at, x + at, coefficients, c, floor, min(BLOCK, pixels - p));
      }
    }
  }
}

function addBlock(
  sums: usize,
  i: usize,
  c4: usize,
  dy: usize,
  x: usize,
  coefficients: usize,
  c: usize,
  floor: f32,
  count: usize,
): void {
  const mean = load4(coefficients, i);
  const scale = load4(coefficients, 3 * c + i);
  const bias = load4(coefficients, 4 * c + i);
  const least = f32x4.splat(floor);
  let s0 = zero4();
  let s1 = s0;
  let t0 = s0;
  let t1 = s0;
  const step = c << 2;
  const end = count * step;
  const pairsEnd = (count & ~1) * step;
  let at: usize = 0;
  for (; at < pairsEnd; at += 2 * step) {
    const dx = f32x4.sub(load4(x + at, 0), mean);
    const ex = f32x4.sub(load4(x + at + step, 0), mean);
    const a = live(load4(dy + at, 0), dx, scale, bias, least);
    const b = live(load4(dy + at + step, 0), ex, scale, bias, least);
    s0 = f32x4.add(s0, a);
    s1 = f32x4.add(s1, b);
    t0 = madd(a, dx, t0);
    t1 = madd(b, ex, t1);
  }
  if (at < end) {
    const dx = f32x4.sub(load4(x + at, 0), mean);
    const a = live(load4(dy + at, 0), dx, scale, bias, least);
    s0 = f32x4.add(s0, a);
    t0 = madd(a, dx, t0);
  }
  addLanes(sums, i, f32x4.add(s0, s1));
  addLanes(sums, c4 + i, f32x4.add(t0, t1));
}

/** dy where d·scale + bias, d = x − mean, is more than `least` or NaN; else 0. */
// @inline
function live(dy: v128, d: v128, scale: v128, bias: v128, least: v128): v128 {
  return v128.andnot(dy, f32x4.le(madd(d, scale, bias), least));
}

// @inline
function addLanes(sums: usize, i: usize, value: v128): void {
  store2F64(sums, i, f64x2.add(load2F64(sums, i), lowF64(value)));
  store2F64(sums, i + 2, f64x2.add(load2F64(sums, i + 2), highF64(value)));
}

/** Range: channels [from, to). */
export function batch_norm2d_backward_merge_f32(
  dgamma: usize,
  dbeta: usize,
  slopes: usize,
  partial: usize,
  coefficients: usize,
  n: usize,
  hw: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const c4 = wholeVectors(c);
  const pixels = <f64>(n * hw);
  for (let i = from; i < to; i++) {
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let chunk: usize = 0; chunk * CHUNK < n; chunk++) {
      const sums = partial + ((chunk * 2 * c4) << 3);
      sum += loadF64(sums, i);
      product += loadF64(sums, c4 + i);
    }
    const low = <f64>loadF32(coefficients, c + i);
    const inverse = <f64>loadF32(coefficients, 2 * c + i);
    const scale = <f64>loadF32(coefficients, 3 * c + i);
    const gradient = inverse * (product - low * sum);
    const slope = (-scale * inverse * gradient) / pixels;
    storeF32(dgamma, i, <f32>gradient);
    storeF32(dbeta, i, <f32>sum);
    storeF32(slopes, i, <f32>slope);
    storeF32(slopes, c + i, <f32>((-scale * sum) / pixels - slope * low));
  }
}

/** dx for training. Range: pixels [from, to). */
export function batch_norm2d_backward_input_f32(
  dx: usize,
  dy: usize,
  x: usize,
  coefficients: usize,
  slopes: usize,
  c: usize,
  floor: f32,
  from: usize,
  to: usize,
): void {
  const step = c << 2;
  const fours = c & ~3;
  const least = f32x4.splat(floor);
  for (let p = from; p < to; p += NORM_ROWS) {
    const first = p * step;
    const end = first + min(NORM_ROWS, to - p) * step;
    for (let i: usize = 0; i < c; i += 4) {
      const mean = load4(coefficients, i);
      const scale = load4(coefficients, 3 * c + i);
      const bias = load4(coefficients, 4 * c + i);
      const slope = load4(slopes, i);
      const shift = load4(slopes, c + i);
      for (let at = first; at < end; at += step) {
        const d = f32x4.sub(load4(x + at, i), mean);
        const value = madd(live(load4(dy + at, i), d, scale, bias, least), scale, madd(d, slope, shift));
        if (i < fours) store4(dx + at, i, value);
        else storeTail(dx + at, i, c - i, value);
      }
    }
  }
}

/** dx = scale·dy, for evaluation. Range: pixels [from, to). */
export function batch_norm2d_backward_running_f32(
  dx: usize,
  dy: usize,
  x: usize,
  coefficients: usize,
  c: usize,
  floor: f32,
  from: usize,
  to: usize,
): void {
  const least = f32x4.splat(floor);
  for (let p = from; p < to; p++) {
    const at = p * c;
    for (let i: usize = 0; i < c; i += 4) {
      const d = f32x4.sub(load4(x, at + i), load4(coefficients, i));
      const scale = load4(coefficients, 3 * c + i);
      const value = f32x4.mul(live(load4(dy, at + i), d, scale, load4(coefficients, 4 * c + i), least), scale);
      if (i + 4 <= c) store4(dx, at + i, value);
      else storeTail(dx, at + i, c - i, value);
    }
  }
}
