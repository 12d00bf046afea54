// The passes of a Winograd convolution over one group of images: between pixels and slot pairs.
//
//   pixels  [images, H, W, C]
//   pairs   36 matrices [tiles, C], `pair` bytes apart: pair (ξ, ν) is the (6ξ + ν)th, its rows the tiles
//           of the group in the order of tiles.ts
//
// Each pass runs the tiles one by one, first down the columns into `half`, then along the rows.
//   half    6 × 6 × C elements: row i or slot ξ, then column j or slot ν, then channels
//   zeros   C zeros, what lies outside the image; discard, C elements, where what falls outside goes

import { fours, threes } from "./tiles";
import {
  input3,
  input4,
  inputAdjoint3,
  inputAdjoint4,
  output3,
  output4,
  outputAdjoint3,
  outputAdjoint4,
} from "./transforms";

export const INPUT: usize = 0;
export const INPUT_ADJOINT: usize = 1;
export const OUTPUT: usize = 2;
export const OUTPUT_ADJOINT: usize = 3;

/** Runs `pass` over every tile of the group. What a pass reads and writes, its function says. */
export function eachTile(
  pass: usize,
  pairs: usize,
  pair: usize,
  pixels: usize,
  images: usize,
  h: usize,
  w: usize,
  c: usize,
  half: usize,
  zeros: usize,
  discard: usize,
  bias: usize,
): void {
  const rowFours = fours(h);
  const colFours = fours(w);
  const rows = rowFours + threes(h);
  const cols = colFours + threes(w);
  const c4 = c << 2;
  let at = pairs;
  // The classes 3×4, 4×4, 4×3, 3×3.
  for (let kind: usize = 0; kind < 4; kind++) {
    const tall = kind === 1 || kind === 2;
    const wide = kind < 2;
    const rowStart: usize = tall ? 0 : rowFours;
    const rowEnd = tall ? rowFours : rows;
    const colStart: usize = wide ? 0 : colFours;
    const colEnd = wide ? colFours : cols;
    for (let image: usize = 0; image < images; image++) {
      const map = pixels + image * h * w * c4;
      for (let r = rowStart; r < rowEnd; r++) {
        const i = r < rowFours ? r << 2 : rowFours + r * 3;
        for (let s = colStart; s < colEnd; s++, at += c4) {
          const j = s < colFours ? s << 2 : colFours + s * 3;
          if (pass === INPUT) inputTile(at, pair, map, i, j, tall, wide, h, w, c, half, zeros);
          else if (pass === INPUT_ADJOINT) inputAdjointTile(at, pair, map, i, j, tall, wide, h, w, c, half, discard);
          else if (pass === OUTPUT) outputTile(at, pair, map, i, j, tall, wide, h, w, c, half, discard, zeros, bias);
          else outputAdjointTile(at, pair, map, i, j, tall, wide, h, w, c, half, zeros);
        }
      }
    }
  }
}

/** The channels of pixel (i, j), or `outside`; i and j may be −1, which is a large unsigned number. */
// @inline
function pixel(map: usize, i: usize, j: usize, h: usize, w: usize, c4: usize, outside: usize): usize {
  return i < h && j < w ? map + (i * w + j) * c4 : outside;
}

/** V = Bᵀ·d·B of the input tile whose output starts at (i, j). */
function inputTile(
  v: usize,
  pair: usize,
  x: usize,
  i: usize,
  j: usize,
  tall: boolean,
  wide: boolean,
  h: usize,
  w: usize,
  c: usize,
  half: usize,
  zeros: usize,
): void {
  const c4 = c << 2;
  const slot = c4 * 6;
  const width: usize = wide ? 6 : 5;
  for (let s: usize = 0; s < width; s++) {
    const col = j + s - 1;
    const p0 = pixel(x, i - 1, col, h, w, c4, zeros);
    const p1 = pixel(x, i, col, h, w, c4, zeros);
    const p2 = pixel(x, i + 1, col, h, w, c4, zeros);
    const p3 = pixel(x, i + 2, col, h, w, c4, zeros);
    const p4 = pixel(x, i + 3, col, h, w, c4, zeros);
    if (tall) input4(half + s * c4, slot, p0, p1, p2, p3, p4, pixel(x, i + 4, col, h, w, c4, zeros), c);
    else input3(half + s * c4, slot, p0, p1, p2, p3, p4, c);
  }
  for (let xi: usize = 0; xi < 6; xi++) {
    if (xi === 4 && !tall) continue;
    const p = half + xi * slot;
    const out = v + 6 * xi * pair;
    if (wide) input4(out, pair, p, p + c4, p + 2 * c4, p + 3 * c4, p + 4 * c4, p + 5 * c4, c);
    else input3(out, pair, p, p + c4, p + 2 * c4, p + 3 * c4, p + 4 * c4, c);
  }
}

/** dx += B·dV·Bᵀ, the adjoint of inputTile. */
function inputAdjointTile(
  dv: usize,
  pair: usize,
  dx: usize,
  i: usize,
  j: usize,
  tall: boolean,
  wide: boolean,
  h: usize,
  w: usize,
  c: usize,
  half: usize,
  discard: usize,
): void {
  const c4 = c << 2;
  const slot = c4 * 6;
  memory.fill(half, 0, 6 * slot);
  for (let nu: usize = 0; nu < 6; nu++) {
    if (nu === 4 && !wide) continue;
    const q = half + nu * c4;
    const p = dv + nu * pair;
    if (tall) inputAdjoint4(q, q + slot, q + 2 * slot, q + 3 * slot, q + 4 * slot, q + 5 * slot, p, 6 * pair, c);
    else inputAdjoint3(q, q + slot, q + 2 * slot, q + 3 * slot, q + 4 * slot, p, 6 * pair, c);
  }
  const height: usize = tall ? 6 : 5;
  for (let r: usize = 0; r < height; r++) {
    const row = i + r - 1;
    if (row >= h) continue;
    const q0 = pixel(dx, row, j - 1, h, w, c4, discard);
    const q1 = pixel(dx, row, j, h, w, c4, discard);
    const q2 = pixel(dx, row, j + 1, h, w, c4, discard);
    const q3 = pixel(dx, row, j + 2, h, w, c4, discard);
    const q4 = pixel(dx, row, j + 3, h, w, c4, discard);
    const p = half + r * slot;
    if (wide) inputAdjoint4(q0, q1, q2, q3, q4, pixel(dx, row, j + 4, h, w, c4, discard), p, c4, c);
    else inputAdjoint3(q0, q1, q2, q3, q4, p, c4, c);
  }
}

/** y = Aᵀ·M·A + bias for the output tile at (i, j). */
function outputTile(
  m: usize,
  pair: usize,
  y: usize,
  i: usize,
  j: usize,
  tall: boolean,
  wide: boolean,
  h: usize,
  w: usize,
  c: usize,
  half: usize,
  discard: usize,
  zeros: usize,
  bias: usize,
): void {
  const c4 = c << 2;
  const slot = c4 * 6;
  for (let nu: usize = 0; nu < 6; nu++) {
    if (nu === 4 && !wide) continue;
    const q = half + nu * c4;
    if (tall) output4(q, q + slot, q + 2 * slot, q + 3 * slot, m + nu * pair, 6 * pair, zeros, c);
    else output3(q, q + slot, q + 2 * slot, m + nu * pair, 6 * pair, zeros, c);
  }
  const height: usize = tall ? 4 : 3;
  for (let r: usize = 0; r < height && i + r < h; r++) {
    const p = half + r * slot;
    const q0 = pixel(y, i + r, j, h, w, c4, discard);
    const q1 = pixel(y, i + r, j + 1, h, w, c4, discard);
    const q2 = pixel(y, i + r, j + 2, h, w, c4, discard);
    if (wide) output4(q0, q1, q2, pixel(y, i + r, j + 3, h, w, c4, discard), p, c4, bias, c);
    else output3(q0, q1, q2, p, c4, bias, c);
  }
}

/** dM = A·dy·Aᵀ, the adjoint of outputTile. */
function outputAdjointTile(
  dm: usize,
  pair: usize,
  dy: usize,
  i: usize,
  j: usize,
  tall: boolean,
  wide: boolean,
  h: usize,
  w: usize,
  c: usize,
  half: usize,
  zeros: usize,
): void {
  const c4 = c << 2;
  const slot = c4 * 6;
  const width: usize = wide ? 4 : 3;
  for (let s: usize = 0; s < width; s++) {
    const p0 = pixel(dy, i, j + s, h, w, c4, zeros);
    const p1 = pixel(dy, i + 1, j + s, h, w, c4, zeros);
    const p2 = pixel(dy, i + 2, j + s, h, w, c4, zeros);
    if (tall) outputAdjoint4(half + s * c4, slot, p0, p1, p2, pixel(dy, i + 3, j + s, h, w, c4, zeros), c);
    else outputAdjoint3(half + s * c4, slot, p0, p1, p2, c);
  }
  for (let xi: usize = 0; xi < 6; xi++) {
    if (xi === 4 && !tall) continue;
    const p = half + xi * slot;
    const out = dm + 6 * xi * pair;
    if (wide) outputAdjoint4(out, pair, p, p + c4, p + 2 * c4, p + 3 * c4, c);
    else outputAdjoint3(out, pair, p, p + c4, p + 2 * c4, c);
  }
}
