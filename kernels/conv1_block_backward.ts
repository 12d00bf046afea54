// The first layer, backward: one pass over the places that gradients reach.
//
//   T[a,o] = Σ dz[n,i,j,o]·(x[n, 2i+r'+r−1, 2j+s'+s−1] − m),  a = 3r + s,  D[o] = Σ dz[n,i,j,o]
//   over the windows with argmax[n,i,j,o] = 2r' + s' < 4
//
// partial  [⌈N/8⌉, C, 12] f64: T[0] T[1] T[2] D T[3] T[4] T[5] – T[6] T[7] T[8] – of each chunk of 8 images
// dz, argmax  [N, H/2, W/2, C], f32 and u8;  x, m, moments, H, W, C  as in conv1_block.ts
// conv1_block_backward_fold_f32 makes dw, dγ and dβ of it.  Range: chunks [from, to).
//
// Vectors run along the taps, not the channels: each channel has its maximum elsewhere, so it reads the patch
// it needs and no other. Some rows of windows are laid out as [rows, W/2, 3, 5] vectors: row r of the patch at place 0…3, and
// zeros at place 4, clipped by ReLU. The fourth lane of row 0 is 1: it sums D.
// scratch  grayBackwardScratch(W, C) elements: the sums of one image; four rows of pixels; the patches
// Registers: 12 sums, 1 splat, 1 patch.
// Numerics: f32 along 64 windows or a row, then over these of an image, ascending; images in f64.
// Error ≤ γ(64 + H·W/256)·Σ|term| for W ≤ 128.
// Tested in test/kernels/conv1_block.test.ts and test/ops/conv1_block.test.ts.

import { borderedRowSize, CHUNK, GRAY_SUMS, GRAY_WINDOW, GRAY_WINDOWS } from "./abi/abi";
import { highF64, load2F64, lowF64, store2F64 } from "./shared/f64";
import { borderedRow, centreOf } from "./shared/gray";
import { load4, madd, splat, store4, zero4 } from "./shared/simd";

/** Elements of one row of the patches of a window: five places. */
const PLANE: usize = 20;

export function conv1_block_backward_f32(
  partial: usize,
  dz: usize,
  argmax: usize,
  x: usize,
  moments: usize,
  n: usize,
  h: usize,
  w: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const oh = h >> 1;
  const ow = w >> 1;
  const centre = centreOf(moments);
  const size = cout * GRAY_SUMS;
  const line = borderedRowSize(w);
  const lines = scratch + (size << 2);
  const patches = lines + (line << 4);
  const rows = max<usize>(1, GRAY_WINDOWS / ow);
  memory.fill(patches, 0, (rows * ow * GRAY_WINDOW) << 2);
  for (let chunk = from; chunk < to; chunk++) {
    const sums = partial + ((chunk * size) << 3);
    memory.fill(sums, 0, size << 3);
    const end = min(n, (chunk + 1) * CHUNK);
    for (let image = chunk * CHUNK; image < end; image++) {
      memory.fill(scratch, 0, size << 2);
      for (let i: usize = 0; i < oh; i += rows) {
        const count = min(rows, oh - i);
        for (let j: usize = 0; j < count; j++) {
          for (let r: usize = 0; r < 4; r++) {
            borderedRow(lines + ((r * line) << 2), x + ((image * h * w) << 2), 2 * (i + j) + r, h, w, centre);
          }
          gatherPatches(patches + ((j * ow * GRAY_WINDOW) << 2), lines, line, ow);
        }
        const first = (image * oh + i) * ow * cout;
        for (let o: usize = 0; o < cout; o += 2) {
          addWindows(
            scratch + ((o * GRAY_SUMS) << 2),
            dz + ((first + o) << 2),
            argmax + first + o,
            patches,
            cout,
            count * ow,
          );
        }
      }
      for (let at: usize = 0; at < size; at += 4) {
        const value = load4(scratch, at);
        store2F64(sums, at, f64x2.add(load2F64(sums, at), lowF64(value)));
        store2F64(sums, at + 2, f64x2.add(load2F64(sums, at + 2), highF64(value)));
      }
    }
  }
}

/** The patches of a row of windows, from its four rows of pixels. Those of place 4 stay 0. */
// @inline
function gatherPatches(patches: usize, lines: usize, line: usize, ow: usize): void {
  for (let r: usize = 0; r < 3; r++) {
    const upper = lines + ((r * line) << 2);
    const lower = upper + (line << 2);
    for (let j: usize = 0; j < ow; j++) {
      const out = patches + ((j * GRAY_WINDOW + r * PLANE) << 2);
      store4(out, 0, withOne(load4(upper, 2 * j)));
      store4(out, 4, withOne(load4(upper, 2 * j + 1)));
      store4(out, 8, withOne(load4(lower, 2 * j)));
      store4(out, 12, withOne(load4(lower, 2 * j + 1)));
    }
  }
}

function withOne(pixels: v128): v128 {
  return f32x4.replace_lane(pixels, 3, 1);
}

/** Some windows, two channels: what one window needs must fit the registers, which V8 loads all at once. */
function addWindows(sums: usize, dz: usize, argmax: usize, patches: usize, c: usize, count: usize): void {
  let a0 = zero4();
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  for (const end = patches + ((count * GRAY_WINDOW) << 2); patches !== end; patches += GRAY_WINDOW << 2) {
    // A byte each, 0 to 4: an offset in vectors.
    const places = <usize>load<u16>(argmax);
    const a = patches + ((places << 4) & 0x70);
    const b = patches + ((places >> 4) & 0x70);
    const g = splat(dz, 0);
    const k = v128.load32_splat(dz, 4);
    a0 = madd(load4(a, 0), g, a0);
    a1 = madd(load4(a, PLANE), g, a1);
    a2 = madd(load4(a, 2 * PLANE), g, a2);
    b0 = madd(load4(b, 0), k, b0);
    b1 = madd(load4(b, PLANE), k, b1);
    b2 = madd(load4(b, 2 * PLANE), k, b2);
    dz += c << 2;
    argmax += c;
  }
  add4(sums, 0, a0);
  add4(sums, 4, a1);
  add4(sums, 8, a2);
  add4(sums, 12, b0);
  add4(sums, 16, b1);
  add4(sums, 20, b2);
}

// @inline
function add4(sums: usize, i: usize, value: v128): void {
  store4(sums, i, f32x4.add(load4(sums, i), value));
}
