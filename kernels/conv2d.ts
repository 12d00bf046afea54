// 2-D convolution by implicit GEMM: windows are multiplied where they lie in the image, and no matrix is made of them. Only
// where there is padding, a strip of a few rows is copied with it.
//
//   y  [N, OH·OW, COUT] = col(x) [OH·OW, K] · w [K, COUT] + bias,   K = KH·KW·CIN
//   dx = col2im(dy · wᵀ);   dw = Σ_n col(x)ᵀ · dy
//
// x, dx     [N, H, W, CIN];  y, dy  [N, OH, OW, COUT]
// wPanels   w in panels (gemm.ts); wTransposed: wᵀ [COUT, K] likewise
// bias      [COUT], or 0 for none
// onto      1: dx is added to what is there; 0: it begins at zeros
// A row of col(x) is KH runs of KW·CIN elements of the image, a row of pixels apart; and the windows of a row of y lie
// stride·CIN elements apart. So a row of y is one product of A with such strides and jumps (gemm/panel.ts); for dw, whose
// sums go over the pixels, a run is a row of y.
// scratch   forward and dw: the strip of padded.ts, convStripSize elements; dx: convInputScratch(K), rows of col
// Ranges: forward: blocks of convRows(OW) rows of y; dx: images; dw: chunks of 8 images, each summed into its own
// dwChunks[chunk], which sum_f32 then adds in ascending order.
// Numerics: as GEMM, so no cut of a range changes a bit. Tested in test/ops/conv2d.test.ts,
// timed by bench/conv2d.bench.ts.

import { CHUNK, CONV_BLOCK, convBlocksOf, convRows, convWeightRows, KC, NR } from "./abi/abi";
import { col2im } from "./conv2d/col2im";
import { padded } from "./conv2d/padded";
import { multiplyPanel } from "./gemm/panel";
import { multiplyPanels } from "./shared/products";

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
  const run = kw * cin;
  const k = kh * run;
  const pitch = (w + 2 * padding) * cin;
  const blocks = convBlocksOf(oh, ow);
  const most = convRows(ow);
  const cRow = cout << 2;
  const aRow = (stride * cin) << 2;
  for (let block = from; block < to; block++) {
    const image = block / blocks;
    const first = (block - image * blocks) * most;
    const rows = min(most, oh - first);
    const input = x + ((image * h * w * cin) << 2);
    const strip = padded(scratch, input, h, w, cin, padding, first * stride, (rows - 1) * stride + kh);
    const out = y + (image * oh + first) * ow * cRow;
    // Where windows are one pixel wide and lie close, so do all rows of y.
    const count = kw === 1 && stride === 1 ? rows * ow : ow;
    let terms: usize = 0;
    for (let p: usize = 0; p < k; p += terms) {
      // As many whole runs as make KC terms, or a part of one.
      const r = p / run;
      const length = min(KC, run - (p - r * run));
      const runs = max<usize>(1, min(KC / run, kh - r));
      const jump = (pitch - length) << 2;
      const init: usize = p ? 2 : bias ? 1 : 0;
      terms = length * runs;
      for (let j: usize = 0; j < cout; j += NR) {
        const panel = wPanels + ((j * k + p * NR) << 2);
        const start = bias + (j << 2);
        let c = out + (j << 2);
        let a = strip + ((r * (pitch - run) + p) << 2);
        for (let i: usize = 0; i < rows * ow; i += count) {
          multiplyPanel(c, cRow, a, aRow, 4, panel, NR << 2, start, init, length, runs, jump, count, cout - j);
          c += count * cRow;
          a += (stride * pitch) << 2;
        }
      }
    }
  }
}

export function conv2d_backward_input_f32(
  dx: usize,
  onto: usize,
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
      multiplyPanels(target, dy + ((image * pixels * cout) << 2), wTransposed, pixels, k, cout, onto);
      continue;
    }
    if (!onto) memory.fill(target, 0, (h * w * cin) << 2);
    for (let first: usize = 0; first < pixels; first += CONV_BLOCK) {
      const count = min(CONV_BLOCK, pixels - first);
      const rows = dy + (((image * pixels + first) * cout) << 2);
      multiplyPanels(scratch, rows, wTransposed, count, k, cout, 0);
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
  const run = kw * cin;
  const pitch = (w + 2 * padding) * cin;
  const most = convWeightRows(ow);
  const cRow = cout << 2;
  const aStep = (stride * cin) << 2;
  const jump = ((stride * pitch) << 2) - ow * aStep;
  for (let chunk = from; chunk < to; chunk++) {
    const dw = dwChunks + chunk * kh * run * cRow;
    memory.fill(dw, 0, kh * run * cRow);
    const end = min(n, (chunk + 1) * CHUNK);
    for (let image = chunk * CHUNK; image < end; image++) {
      for (let first: usize = 0; first < oh; first += most) {
        const rows = min(most, oh - first);
        const input = x + ((image * h * w * cin) << 2);
        const strip = padded(scratch, input, h, w, cin, padding, first * stride, (rows - 1) * stride + kh);
        const d = dy + (image * oh + first) * ow * cRow;
        for (let j: usize = 0; j < cout; j += NR) {
          const b = d + (j << 2);
          for (let r: usize = 0; r < kh; r++) {
            const c = dw + r * run * cRow + (j << 2);
            const a = strip + ((r * pitch) << 2);
            multiplyPanel(c, cRow, a, 4, aStep, b, cRow, 0, 2, ow, rows, jump, run, cout - j);
          }
        }
      }
    }
  }
}

/** Whether the pixels of x are the rows of col(x) as they lie there. */
// @inline
function isPointwise(kh: usize, kw: usize, stride: usize, padding: usize): bool {
  return kh === 1 && kw === 1 && stride === 1 && padding === 0;
}
