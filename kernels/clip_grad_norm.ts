// norm = √(Σ x²) in f64, over any number of gradients; and x ← x·factor.
//
// sum_squares_f32  sums[first + c] = Σ x² over chunk c, CHUNK = 4096 elements; x [size], sums f64, one a chunk of
//                  all gradients. Range: chunks [from, to)
// sqrt_sum_f32     norm = √(Σ_c sums[c]), c ascending, c < count; norm a single f32. Range: [0, 1), never split
// scale_f32        x ← x·factor. Range: elements [from, to)
//
// Numerics: the squares are exact in f64, and each chunk's sum has two accumulators of two lanes, so that
// neither the cut nor the number of threads changes a bit. Tested in test/optim/clip_grad_norm.test.ts.

import { load4, loadF32, store4, storeF32, storeTail } from "./shared/simd";

const CHUNK: usize = 4096;

export function sum_squares_f32(sums: usize, x: usize, size: usize, first: usize, from: usize, to: usize): void {
  for (let chunk = from; chunk < to; chunk++) {
    const end = min(size, (chunk + 1) * CHUNK);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let i = chunk * CHUNK;
    for (; i + 4 <= end; i += 4) {
      const four = load4(x, i);
      const a = f64x2.promote_low_f32x4(four);
      const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
    const both = f64x2.add(low, high);
    let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    for (; i < end; i++) {
      const value = <f64>loadF32(x, i);
      sum += value * value;
    }
    store<f64>(sums + ((first + chunk) << 3), sum);
  }
}

export function sqrt_sum_f32(norm: usize, sums: usize, count: usize, from: usize, to: usize): void {
  if (from === to) return;
  let sum: f64 = 0;
  for (let chunk: usize = 0; chunk < count; chunk++) sum += load<f64>(sums + (chunk << 3));
  storeF32(norm, 0, <f32>Math.sqrt(sum));
}

export function scale_f32(x: usize, factor: f32, from: usize, to: usize): void {
  const factors = f32x4.splat(factor);
  for (let i = from; i < to; i += 4) {
    const scaled = f32x4.mul(load4(x, i), factors);
    if (i + 4 <= to) store4(x, i, scaled);
    else storeTail(x, i, to - i, scaled);
  }
}
