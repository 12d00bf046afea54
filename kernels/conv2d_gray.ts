// 3×3 convolution of images with one channel, stride 1, padding 1: a network's first layer.
//
//   y[n,i,j,o] = bias[o] + Σ_{r,s} x[n, i+r−1, j+s−1]·w[r,s,o]
//   dwChunks[chunk][r,s,o] = Σ x[n, i+r−1, j+s−1]·dy[n,i,j,o] over the chunk's 8 images
//
// x  [N, H, W];  w, dw  [9, COUT];  bias  [COUT] or 0 for none;  y, dy  [N, H, W, COUT];  COUT a multiple of 4
// scratch  borderedImage(H, W) elements: the image within its border of zeros
// Nine terms are too few for a GEMM: packing them would cost more than multiplying. Here four channels of all
// nine weights (or of all nine sums) stay in registers while a whole image goes by.
// Registers: 9 weights, 1 bias, 1 accumulator, 1 splat = 12 of 16.
// Ranges: forward: images; dw: chunks of 8 images, summed by sum_f32 in ascending order afterwards.
// Numerics: one accumulator an element; forward: r, s ascending; dw: pixels ascending.
// Tested in test/kernels/conv2d_gray.test.ts and test/ops/conv2d.test.ts, timed by bench/conv2d.bench.ts.

import { borderedImage, CHUNK, TAPS } from "./abi/abi";
import { load4, loadF32, madd, splat, store4, storeF32, zero4 } from "./shared/simd";

export function conv2d_gray_f32(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  h: usize,
  width: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const row = (width + 2) << 2;
  const c4 = cout << 2;
  for (let image = from; image < to; image++) {
    border(scratch, x + ((image * h * width) << 2), h, width);
    const map = y + image * h * width * c4;
    for (let o: usize = 0; o < cout; o += 4) {
      const w0 = load4(w, o);
      const w1 = load4(w + c4, o);
      const w2 = load4(w + 2 * c4, o);
      const w3 = load4(w + 3 * c4, o);
      const w4 = load4(w + 4 * c4, o);
      const w5 = load4(w + 5 * c4, o);
      const w6 = load4(w + 6 * c4, o);
      const w7 = load4(w + 7 * c4, o);
      const w8 = load4(w + 8 * c4, o);
      const start = bias ? load4(bias, o) : zero4();
      let out = map + (o << 2);
      for (let i: usize = 0; i < h; i++) {
        let p0 = scratch + i * row;
        for (const end = p0 + (width << 2); p0 !== end; p0 += 4) {
          const p1 = p0 + row;
          const p2 = p1 + row;
          let sum = madd(splat(p0, 0), w0, start);
          sum = madd(splat(p0, 1), w1, sum);
          sum = madd(splat(p0, 2), w2, sum);
          sum = madd(splat(p1, 0), w3, sum);
          sum = madd(splat(p1, 1), w4, sum);
          sum = madd(splat(p1, 2), w5, sum);
          sum = madd(splat(p2, 0), w6, sum);
          sum = madd(splat(p2, 1), w7, sum);
          sum = madd(splat(p2, 2), w8, sum);
          v128.store(out, sum);
          out += c4;
        }
      }
    }
  }
}

export function conv2d_gray_backward_weight_f32(
  dwChunks: usize,
  x: usize,
  dy: usize,
  n: usize,
  h: usize,
  width: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const row = (width + 2) << 2;
  const c4 = cout << 2;
  for (let chunk = from; chunk < to; chunk++) {
    const dw = dwChunks + chunk * TAPS * c4;
    memory.fill(dw, 0, TAPS * c4);
    const end = min(n, (chunk + 1) * CHUNK);
    for (let image = chunk * CHUNK; image < end; image++) {
      border(scratch, x + ((image * h * width) << 2), h, width);
      const map = dy + image * h * width * c4;
      for (let o: usize = 0; o < cout; o += 4) {
        let w0 = load4(dw, o);
        let w1 = load4(dw + c4, o);
        let w2 = load4(dw + 2 * c4, o);
        let w3 = load4(dw + 3 * c4, o);
        let w4 = load4(dw + 4 * c4, o);
        let w5 = load4(dw + 5 * c4, o);
        let w6 = load4(dw + 6 * c4, o);
        let w7 = load4(dw + 7 * c4, o);
        let w8 = load4(dw + 8 * c4, o);
        let at = map + (o << 2);
        for (let i: usize = 0; i < h; i++) {
          let p0 = scratch + i * row;
          for (const stop = p0 + (width << 2); p0 !== stop; p0 += 4) {
            const p1 = p0 + row;
            const p2 = p1 + row;
            const d = v128.load(at);
            w0 = madd(splat(p0, 0), d, w0);
            w1 = madd(splat(p0, 1), d, w1);
            w2 = madd(splat(p0, 2), d, w2);
            w3 = madd(splat(p1, 0), d, w3);
            w4 = madd(splat(p1, 1), d, w4);
            w5 = madd(splat(p1, 2), d, w5);
            w6 = madd(splat(p2, 0), d, w6);
            w7 = madd(splat(p2, 1), d, w7);
            w8 = madd(splat(p2, 2), d, w8);
            at += c4;
          }
        }
        store4(dw, o, w0);
        store4(dw + c4, o, w1);
        store4(dw + 2 * c4, o, w2);
        store4(dw + 3 * c4, o, w3);
        store4(dw + 4 * c4, o, w4);
        store4(dw + 5 * c4, o, w5);
        store4(dw + 6 * c4, o, w6);
        store4(dw + 7 * c4, o, w7);
        store4(dw + 8 * c4, o, w8);
      }
    }
  }
}

/** The image with one zero pixel on each side. */
function border(out: usize, x: usize, h: usize, w: usize): void {
  memory.fill(out, 0, borderedImage(h, w) << 2);
  for (let i: usize = 0; i < h; i++) {
    for (let j: usize = 0; j < w; j++) storeF32(out, (i + 1) * (w + 2) + j + 1, loadF32(x, i * w + j));
  }
}
