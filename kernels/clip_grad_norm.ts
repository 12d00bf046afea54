// norm = √(Σ g²) in f64 over all gradients; and g ← g·factor for all of them.
//
// sum_squares_f32  sums[c] = Σ g² over chunk c; each gradient is cut into its own chunks of 4096 elements,
//                  counted on from one gradient to the next; sums f64. Range: chunks [from, to)
// sqrt_sum_f32     norm = √(Σ_c sums[c]), c ascending, c < count; norm a single f32. Range: [0, 1), never split
// scale_f32        g ← g·factor. Range: elements [from, to) of the concatenation
//
// table: where the gradients lie, see shared/parameters.ts.
// Numerics: the squares are exact in f64, and each chunk's sum has two accumulators of two lanes, so that
// neither the cut nor the number of threads changes a bit. Tested in test/optim/clip_grad_norm.test.ts.

import { ceilDiv, SQUARES_CHUNK } from "./abi/abi";
import { endWithin, gradientOf, sizeOf, startWithin } from "./shared/parameters";
import { high64, load4, loadF32, low64, storeF32, storeUpTo } from "./shared/simd";

export function sum_squares_f32(sums: usize, table: usize, rows: usize, from: usize, to: usize): void {
  // The chunks of the gradients before this row's.
  let before: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    const g = gradientOf(table, row);
    const size = sizeOf(table, row);
    const count = ceilDiv(size, SQUARES_CHUNK);
    const end = min(to, before + count);
    for (let chunk = max(from, before); chunk < end; chunk++) {
      const start = (chunk - before) * SQUARES_CHUNK;
      store<f64>(sums + (chunk << 3), sumSquares(g, start, min(size, start + SQUARES_CHUNK)));
    }
    before += count;
  }
}

function sumSquares(x: usize, from: usize, to: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const four = load4(x, i);
    const a = low64(four);
    const b = high64(four);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < to; i++) {
    const value = <f64>loadF32(x, i);
    sum += value * value;
  }
  return sum;
}

export function sqrt_sum_f32(norm: usize, sums: usize, count: usize, from: usize, to: usize): void {
  if (from === to) return;
  let sum: f64 = 0;
  for (let chunk: usize = 0; chunk < count; chunk++) sum += load<f64>(sums + (chunk << 3));
  storeF32(norm, 0, <f32>Math.sqrt(sum));
}

export function scale_f32(table: usize, rows: usize, factor: f32, from: usize, to: usize): void {
  const factors = f32x4.splat(factor);
  for (let row: usize = 0; row < rows; row++) {
    const g = gradientOf(table, row);
    const end = endWithin(table, row, to);
    for (let i = startWithin(table, row, from); i < end; i += 4) {
      storeUpTo(g, i, end, f32x4.mul(load4(g, i), factors));
    }
  }
}
