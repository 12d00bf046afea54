// Batch normalisation: backward.
//
//   x̂ = (x − mean)·inverse,  dβ = Σ dy,  dγ = Σ dy·x̂
//   training    dx = scale·(dy − dβ/P − x̂·dγ/P) = scale·dy + slope·(x − mean) + shift
//   evaluation  dx = scale·dy
//
// x, dy, dx      [P, C], P = N·H·W pixels;  dgamma, dbeta  [C]
// coefficients   [5, C] as batch_norm2d.ts makes them: mean m + e, inverse, scale, bias
// partial        [⌈N/8⌉, 2, C4] f64: (Σ dy, Σ dy·(x − m)) of each chunk of 8 images
// slopes         [2, C] f32: slope = −scale·inverse·dγ/P and shift = −scale·dβ/P − slope·e
//
// sums (range: chunks) → merge (range: channels) → input (range: pixels).
// Numerics: blocks of 32 pixels are summed in f32, these and the chunks in ascending order in f64:
// neither the cut of a range nor the number of threads changes a bit. Error of dβ ≤ γ(32)·Σ|dy|.
// Tested in test/kernels/batch_norm2d.test.ts and test/ops/batch_norm2d.test.ts.

import { CHUNK, wholeVectors } from "./abi/abi";
import { highF64, load2F64, loadF64, lowF64, store2F64 } from "./shared/f64";
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
        addBlock(sums, i, c4, dy + at, x + at, load4(coefficients, i), c, min(BLOCK, pixels - p));
      }
    }
  }
}

function addBlock(sums: usize, i: usize, c4: usize, dy: usize, x: usize, mean: v128, c: usize, count: usize): void {
  let s0 = zero4();
  let s1 = s0;
  let t0 = s0;
  let t1 = s0;
  const step = c << 2;
  const end = count * step;
  const pairsEnd = (count & ~1) * step;
  let at: usize = 0;
  for (; at < pairsEnd; at += 2 * step) {
    const a = load4(dy + at, 0);
    const b = load4(dy + at + step, 0);
    s0 = f32x4.add(s0, a);
    s1 = f32x4.add(s1, b);
    t0 = madd(a, f32x4.sub(load4(x + at, 0), mean), t0);
    t1 = madd(b, f32x4.sub(load4(x + at + step, 0), mean), t1);
  }
  if (at < end) {
    const a = load4(dy + at, 0);
    s0 = f32x4.add(s0, a);
    t0 = madd(a, f32x4.sub(load4(x + at, 0), mean), t0);
  }
  addLanes(sums, i, f32x4.add(s0, s1));
  addLanes(sums, c4 + i, f32x4.add(t0, t1));
}

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
  from: usize,
  to: usize,
): void {
  for (let p = from; p < to; p++) {
    const at = p * c;
    for (let i: usize = 0; i < c; i += 4) {
      const d = f32x4.sub(load4(x, at + i), load4(coefficients, i));
      const rest = madd(d, load4(slopes, i), load4(slopes, c + i));
      const value = madd(load4(dy, at + i), load4(coefficients, 3 * c + i), rest);
      if (i + 4 <= c) store4(dx, at + i, value);
      else storeTail(dx, at + i, c - i, value);
    }
  }
}

/** dx = scale·dy, for evaluation. Range: pixels [from, to). */
export function batch_norm2d_backward_running_f32(
  dx: usize,
  dy: usize,
  coefficients: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  for (let p = from; p < to; p++) {
    const at = p * c;
    for (let i: usize = 0; i < c; i += 4) {
      const value = f32x4.mul(load4(dy, at + i), load4(coefficients, 3 * c + i));
      if (i + 4 <= c) store4(dx, at + i, value);
      else storeTail(dx, at + i, c - i, value);
    }
  }
}
