// The statistics of batch normalisation: mean and M2 = Σ (x − mean)² of each channel, chunk by chunk.
//
// x        [N, HW, C]
// partial  [⌈N/8⌉, 2, C4] f64: (mean, M2) of each chunk of 8 images; C4 = C rounded up to 4, the lanes
//          past C being undefined
//
// Range: chunks [from, to). Any C; pixels are read 4 channels at a time.
// Registers: pass 1: 4 sums; pass 2: 4 sums and the mean.
// Numerics: a chunk is taken in blocks of 32 pixels, which stay in L1 for two passes: a mean in f32,
// then Σd and Σd² of d = x − mean, which correct it. Blocks are merged in ascending order in f64. So
// nothing cancels, whatever the mean and whatever the outliers. Error of M2 ≤ γ(32)·M2.
// Tested in test/kernels/batch_norm2d.test.ts and test/ops/batch_norm2d.test.ts.
// Source: Chan, Golub & LeVeque 1983, Algorithms for computing the sample variance.

import { CHUNK, wholeVectors } from "./abi/abi";
import { highF64, load2F64, lowF64, store2F64 } from "./shared/f64";
import { load4, madd, zero4 } from "./shared/simd";

/** Pixels summed in f32 before they are merged in f64. */
const BLOCK: usize = 32;

/** Range: chunks [from, to) of 8 images of hw pixels. */
export function batch_norm2d_statistics_f32(
  partial: usize,
  x: usize,
  n: usize,
  hw: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const size = (2 * wholeVectors(c)) << 3;
  for (let chunk = from; chunk < to; chunk++) {
    const pixels = min(CHUNK, n - chunk * CHUNK) * hw;
    memory.fill(partial + chunk * size, 0, size);
    batch_norm2d_add_statistics_f32(partial + chunk * size, x + ((chunk * CHUNK * hw * c) << 2), 0, pixels, c);
  }
}

/** Merges `pixels` more pixels, from x on, into the (mean, M2) of the `before` pixels ahead of them. */
export function batch_norm2d_add_statistics_f32(mean: usize, x: usize, before: usize, pixels: usize, c: usize): void {
  const c4 = wholeVectors(c);
  for (let p: usize = 0; p < pixels; p += BLOCK) {
    const block = x + ((p * c) << 2);
    const count = min(BLOCK, pixels - p);
    const inverse = 1 / <f64>count;
    const share = <f64>count / <f64>(before + p + count);
    for (let i: usize = 0; i < c; i += 4) {
      mergeBlock(mean + (i << 3), c4, block + (i << 2), c, count, <f64>(before + p), inverse, share);
    }
  }
}

/**
 * Merges `count` pixels, from `x` on, into the mean and M2 of the `before` pixels ahead of them;
 * inverse = 1/count, share = count/(before + count).
 */
function mergeBlock(
  mean: usize,
  c4: usize,
  x: usize,
  c: usize,
  count: usize,
  before: f64,
  inverse: f64,
  share: f64,
): void {
  // Four pixels side by side, so that one addition need not wait for the last.
  const step = c << 2;
  const end = x + count * step;
  const foursEnd = x + (count & ~3) * step;
  let s0 = zero4();
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let at = x;
  for (; at < foursEnd; at += 4 * step) {
    s0 = f32x4.add(s0, load4(at, 0));
    s1 = f32x4.add(s1, load4(at + step, 0));
    s2 = f32x4.add(s2, load4(at + 2 * step, 0));
    s3 = f32x4.add(s3, load4(at + 3 * step, 0));
  }
  for (; at < end; at += step) s0 = f32x4.add(s0, load4(at, 0));
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const m = f32x4.mul(sum, f32x4.splat(<f32>inverse));

  let d0 = zero4();
  let d1 = d0;
  let q0 = d0;
  let q1 = d0;
  const pairsEnd = x + (count & ~1) * step;
  for (at = x; at < pairsEnd; at += 2 * step) {
    const a = f32x4.sub(load4(at, 0), m);
    const b = f32x4.sub(load4(at + step, 0), m);
    d0 = f32x4.add(d0, a);
    d1 = f32x4.add(d1, b);
    q0 = madd(a, a, q0);
    q1 = madd(b, b, q1);
  }
  if (at < end) {
    const a = f32x4.sub(load4(at, 0), m);
    d0 = f32x4.add(d0, a);
    q0 = madd(a, a, q0);
  }
  const d = f32x4.add(d0, d1);
  const q = f32x4.add(q0, q1);
  mergeLanes(mean, 0, c4, lowF64(m), lowF64(d), lowF64(q), before, inverse, share);
  mergeLanes(mean, 2, c4, highF64(m), highF64(d), highF64(q), before, inverse, share);
}

/** Two channels of the same, the block given as m, d = Σ (x − m), q = Σ (x − m)². */
// @inline
function mergeLanes(
  mean: usize,
  i: usize,
  c4: usize,
  m: v128,
  d: v128,
  q: v128,
  before: f64,
  inverse: f64,
  share: f64,
): void {
  const correction = f64x2.mul(d, f64x2.splat(inverse));
  const m2 = f64x2.sub(q, f64x2.mul(d, correction));
  const old = load2F64(mean, i);
  const delta = f64x2.sub(f64x2.add(m, correction), old);
  const shift = f64x2.mul(delta, f64x2.splat(share));
  store2F64(mean, i, f64x2.add(old, shift));
  const between = f64x2.mul(f64x2.mul(delta, shift), f64x2.splat(before));
  store2F64(mean, c4 + i, f64x2.add(load2F64(mean, c4 + i), f64x2.add(m2, between)));
}
