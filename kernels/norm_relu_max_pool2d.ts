// Batch normalisation, ReLU and 2×2 max pooling in one pass: what follows a convolution.
//
//   v = (y − mean)·scale + bias;  z = max over each 2×2 window of max(v, 0)
//   dy = scale·dv + slope·(y − mean) + shift,  dv = dz where v is its window's first maximum and above 0
//
// y, dy          [N, H, W, C], H and W even, C a multiple of 4
// z, dz, argmax  [N, H/2, W/2, C]; argmax u8: the maximum's place, 0 to 3 in reading order
// peak           the same: y where v is largest, which is all that the sums of batch_norm2d_backward.ts need
// coefficients   [5, C] of batch_norm2d.ts; slopes [2, C] of batch_norm2d_backward.ts
//
// Backward expects dz to be 0 already where z is (relu_backward_f32).
// Ranges: forward: rows of z; backward: images.
// Numerics: as batch_norm2d, relu and max_pool2d one after another, to the bit; only of values that rounding makes
// equal, not y itself, the one with the larger y (or −y) is the maximum. NaN among y has
// made the coefficients of its channel NaN, and so z; pmax, a third of the instructions of max, need not see it.
// Registers: forward: 4 of y, 2 maxima, 3 coefficients, 2 constants = 11 of 16.
// Tested in test/kernels/norm_relu_max_pool2d.test.ts and test/ops/winograd_block.test.ts.

import { norm, normGradient } from "./shared/norm";
import { load4, load4U8, splat, store4, zero4 } from "./shared/simd";

const SIGN = memory.data<i32>([-2147483648]);
const PLACES = memory.data<i32>([1, 2, 3]);

export function norm_relu_max_pool2d_f32(
  z: usize,
  peak: usize,
  argmax: usize,
  y: usize,
  coefficients: usize,
  w: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const pixel = c << 2;
  const row = w * pixel;
  const two = splat(PLACES, 1);
  for (let r = from; r < to; r++) {
    let pixels = y + 2 * r * row;
    let out = r * (w >> 1) * c;
    for (const end = pixels + row; pixels < end; pixels += 2 * pixel) {
      for (let i: usize = 0; i < c; i += 4, out += 4) {
        const at = pixels + (i << 2);
        const mean = load4(coefficients, i);
        const scale = load4(coefficients, 3 * c + i);
        const bias = load4(coefficients, 4 * c + i);
        // v rises with y, or falls where the scale is negative: then with −y.
        const sign = v128.and(scale, splat(SIGN, 0));
        const t0 = v128.xor(load4(at, 0), sign);
        let t1 = v128.xor(load4(at + pixel, 0), sign);
        let t2 = v128.xor(load4(at + row, 0), sign);
        let t3 = v128.xor(load4(at + row + pixel, 0), sign);
        const isFlat = f32x4.eq(scale, zero4());
        if (v128.any_true(isFlat)) {
          // All four values are equal, and the first of them is the maximum.
          t1 = v128.bitselect(t0, t1, isFlat);
          t2 = v128.bitselect(t0, t2, isFlat);
          t3 = v128.bitselect(t0, t3, isFlat);
        }
        const top = f32x4.pmax(t0, t1);
        const bottom = f32x4.pmax(t2, t3);
        const highest = v128.xor(f32x4.pmax(top, bottom), sign);
        store4(peak, out, highest);
        store4(z, out, f32x4.pmax(norm(highest, mean, scale, bias), zero4()));
        // A comparison's result is −1 or 0 a lane.
        const place = v128.bitselect(
          i32x4.sub(two, f32x4.gt(t3, t2)),
          i32x4.neg(f32x4.gt(t1, t0)),
          f32x4.gt(bottom, top),
        );
        const halves = i16x8.narrow_i32x4_s(place, place);
        v128.store32_lane(argmax + out, i8x16.narrow_i16x8_u(halves, halves), 0);
      }
    }
  }
}

export function norm_relu_max_pool2d_backward_f32(
  dy: usize,
  dz: usize,
  argmax: usize,
  y: usize,
  coefficients: usize,
  slopes: usize,
  h: usize,
  w: usize,
  c: usize,
  from: usize,
  to: usize,
): void {
  const pixel = c << 2;
  const row = w * pixel;
  const one = splat(PLACES, 0);
  const two = splat(PLACES, 1);
  const three = splat(PLACES, 2);
  const rows = to * (h >> 1);
  for (let r = from * (h >> 1); r < rows; r++) {
    let pixels = 2 * r * row;
    let source = r * (w >> 1) * c;
    for (const end = pixels + row; pixels < end; pixels += 2 * pixel) {
      const in0 = y + pixels;
      const in2 = in0 + row;
      const out0 = dy + pixels;
      const out2 = out0 + row;
      for (let i: usize = 0; i < c; i += 4) {
        const mean = load4(coefficients, i);
        const scale = load4(coefficients, 3 * c + i);
        const slope = load4(slopes, i);
        const shift = load4(slopes, c + i);
        const d = load4(dz, source + i);
        const place = load4U8(argmax + source, i);
        const d0 = v128.and(d, i32x4.eq(place, zero4()));
        const d1 = v128.and(d, i32x4.eq(place, one));
        const d2 = v128.and(d, i32x4.eq(place, two));
        const d3 = v128.and(d, i32x4.eq(place, three));
        store4(out0, i, normGradient(d0, load4(in0, i), mean, scale, slope, shift));
        store4(out0 + pixel, i, normGradient(d1, load4(in0 + pixel, i), mean, scale, slope, shift));
        store4(out2, i, normGradient(d2, load4(in2, i), mean, scale, slope, shift));
        store4(out2 + pixel, i, normGradient(d3, load4(in2 + pixel, i), mean, scale, slope, shift));
      }
      source += c;
    }
  }
}
