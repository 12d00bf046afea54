// 2-D convolution by implicit GEMM: rows of im2col are made a block at a time and never stored whole; where they would be
// the pixels themselves, with a 1×1 kernel, not at all.
//
//   y  [N, OH·OW, COUT] = col(x) [OH·OW, K] · w [K, COUT] + bias,   K = KH·KW·CIN
//   dx = col2im(dy · wᵀ);   dw = Σ_n col(x)ᵀ · dy
//
// x, dx     [N, H, W, CIN];  y, dy  [N, OH, OW, COUT]
// wPanels   w in panels (gemm.ts); wTransposed: wᵀ [COUT, K] likewise
// bias      [COUT], or 0 for none
// scratch   forward and dx: convScratch(K) elements; dw: convWeightScratch(K). Strides and padding as in conv2d/im2col.ts.
// Ranges: forward: blocks of 32 output pixels, ⌈OH·OW/32⌉ an image; dx: images; dw: chunks of 8 images,
// each summed into its own dwChunks[chunk], which sum_f32 then adds in ascending order.
// Numerics: as GEMM, so no cut of a range changes a bit. Tested in test/ops/conv2d.test.ts,
// timed by bench/conv2d.bench.ts.

import { CHUNK, CONV_BLOCK, CONV_DW_BLOCK, convBlocksOf } from "./abi/abi";
import { col2im } from "./conv2d/col2im";
import { im2col } from "./conv2d/im2col";
import { multiplyPanels, multiplyTransposed } from "./shared/products";

export function conv2d_f32(
  y: usize,
  x: usize,
  wPanels: usize,
  bias: usize,
  h: usize,
  w: usize,
  cin: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  oh: usize,
  ow: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const k = kh * kw * cin;
  const pixels = oh * ow;
  const blocks = convBlocksOf(pixels);
  for (let block = from; block < to; block++) {
    const image = block / blocks;
    const first = (block - image * blocks) * CONV_BLOCK;
    const count = min(CONV_BLOCK, pixels - first);
    const input = x + ((image * h * w * cin) << 2);
    const out = y + (((image * pixels + first) * cout) << 2);
    const rows = rowsOf(input, scratch, h, w, cin, kh, kw, stride, padding, ow, first, count);
    multiplyPanels(out, rows, wPanels, bias, count, cout, k);
  }
}

export function conv2d_backward_input_f32(
  dx: usize,
  dy: usize,
  wTransposed: usize,
  h: usize,
  w: usize,
  cin: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  oh: usize,
  ow: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const k = kh * kw * cin;
  const pixels = oh * ow;
  for (let image = from; image < to; image++) {
    const target = dx + ((image * h * w * cin) << 2);
    if (isPointwise(kh, kw, stride, padding)) {
      multiplyPanels(target, dy + ((image * pixels * cout) << 2), wTransposed, 0, pixels, k, cout);
      continue;
    }
    memory.fill(target, 0, (h * w * cin) << 2);
    for (let first: usize = 0; first < pixels; first += CONV_BLOCK) {
      const count = min(CONV_BLOCK, pixels - first);
      const rows = dy + (((image * pixels + first) * cout) << 2);
      multiplyPanels(scratch, rows, wTransposed, 0, count, k, cout);
      col2im(target, scratch, h, w, cin, kh, kw, stride, padding, ow, first, count);
    }
  }
}

export function conv2d_backward_weight_f32(
  dwChunks: usize,
  x: usize,
  dy: usize,
  n: usize,
  h: usize,
  w: usize,
  cin: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  oh: usize,
  ow: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const k = kh * kw * cin;
  const pixels = oh * ow;
  for (let chunk = from; chunk < to; chunk++) {
    const dw = dwChunks + ((chunk * k * cout) << 2);
    memory.fill(dw, 0, (k * cout) << 2);
    const end = min(n, (chunk + 1) * CHUNK);
    for (let image = chunk * CHUNK; image < end; image++) {
      for (let first: usize = 0; first < pixels; first += CONV_DW_BLOCK) {
        const count = min(CONV_DW_BLOCK, pixels - first);
        const input = x + ((image * h * w * cin) << 2);
        const rows = rowsOf(input, scratch, h, w, cin, kh, kw, stride, padding, ow, first, count);
        multiplyTransposed(dw, rows, dy + (((image * pixels + first) * cout) << 2), k, cout, count, 1);
      }
    }
  }
}

/** Where the rows of col(x) lie, of `count` output pixels of an image from `first` on: in scratch, if not in x itself. */
function rowsOf(
  x: usize,
  scratch: usize,
  h: usize,
  w: usize,
  cin: usize,
  kh: usize,
  kw: usize,
  stride: usize,
  padding: usize,
  ow: usize,
  first: usize,
  count: usize,
): usize {
  if (isPointwise(kh, kw, stride, padding)) return x + ((first * cin) << 2);
  im2col(scratch, x, h, w, cin, kh, kw, stride, padding, ow, first, count);
  return scratch;
}

/** Whether the pixels of x are the rows of col(x) as they lie there. */
// @inline
function isPointwise(kh: usize, kw: usize, stride: usize, padding: usize): bool {
  return kh === 1 && kw === 1 && stride === 1 && padding === 0;
}
