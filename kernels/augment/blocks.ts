// Blocks as lossy compression leaves them: the cosine transform of 8×8 pixels, its coefficients rounded to whole steps, and
// back. Planes as in ./strokes.ts.
//
//   X = C·P·Cᵀ,  X[u,v] ← round(X[u,v]/q)·q,  q = step·(1 + (u + v)/2),  P ← clamp(Cᵀ·X·C, 0, most)
//   C[u,i] = √(1/4)·cos((2i + 1)·u·π/16), of u = 0 √(1/8)
//
// The first block begins at (−down, −across), each from 0 to 7; what lies outside the image is 0. Rounding: to the even of
// two that are as near. Tested in test/kernels/augment.test.ts. Source: ITU-T T.81 (JPEG), A.3.3 and A.3.4.

import { load4, loadF32, madd, splat, store4, storeF32, zero4 } from "../shared/simd";

const SIDE: usize = 8;
const SIZE: usize = 64;
/** √(1/8), then √(1/4)·cos(kπ/16) for k from 1 to 7. */
const COSINES = memory.data<f32>([
  0.35355338, 0.49039263, 0.46193975, 0.41573483, 0.35355338, 0.2777851, 0.19134171, 0.09754516,
]);
const LANES = memory.data<f32>([0, 1, 2, 3, 4, 5, 6, 7]);

/** C [8, 8]. */
export function cosineTable(out: usize): void {
  for (let u: usize = 0; u < SIDE; u++) {
    for (let i: usize = 0; i < SIDE; i++) {
      // cos(kπ/16) by its symmetries about 16 and 8; it is never of 8.
      let k = ((2 * i + 1) * u) & 31;
      if (k > 16) k = 32 - k;
      const isNegative = k > 8;
      if (isNegative) k = 16 - k;
      const value = loadF32(COSINES, k);
      storeF32(out, u * SIDE + i, isNegative ? -value : value);
    }
  }
}

/** In place; `scratch`: room for 4 × 64 elements, of which the first are C. */
export function quantize(
  plane: usize,
  step: f32,
  down: usize,
  across: usize,
  most: f32,
  h: usize,
  w: usize,
  scratch: usize,
): void {
  const table = scratch;
  const inverse = table + (SIZE << 2);
  const block = inverse + (SIZE << 2);
  const other = block + (SIZE << 2);
  transposeBlock(inverse, table);
  const pitch = w + 2;
  for (let top: usize = 0; top < h + down; top += SIDE) {
    for (let left: usize = 0; left < w + across; left += SIDE) {
      if (!gatherBlock(block, plane, top, left, down, across, h, w)) continue;
      multiplyBlock(other, table, block);
      transposeBlock(block, other);
      multiplyBlock(other, table, block);
      // Transposed, which the steps are not changed by.
      for (let u: usize = 0; u < SIDE; u++) {
        for (let v: usize = 0; v < SIDE; v += 4) {
          const place = f32x4.add(load4(LANES, v), f32x4.splat(<f32>u));
          const q = madd(place, f32x4.splat(step / 2), f32x4.splat(step));
          const at = u * SIDE + v;
          store4(other, at, f32x4.mul(f32x4.nearest(f32x4.div(load4(other, at), q)), q));
        }
      }
      multiplyBlock(block, inverse, other);
      transposeBlock(other, block);
      multiplyBlock(block, inverse, other);
      for (let i: usize = 0; i < SIDE; i++) {
        const row = top + i - down;
        if (row >= h) continue;
        for (let j: usize = 0; j < SIDE; j++) {
          const column = left + j - across;
          if (column >= w) continue;
          const value = min(max<f32>(loadF32(block, i * SIDE + j), 0), most);
          storeF32(plane, (row + 1) * pitch + column + 1, value);
        }
      }
    }
  }
}

/** Whether anything of it is not 0. Places before the image wrap around, to beyond it. */
function gatherBlock(
  block: usize,
  plane: usize,
  top: usize,
  left: usize,
  down: usize,
  across: usize,
  h: usize,
  w: usize,
): boolean {
  let isWritten = false;
  for (let i: usize = 0; i < SIDE; i++) {
    const row = top + i - down;
    for (let j: usize = 0; j < SIDE; j++) {
      const column = left + j - across;
      const value: f32 = row < h && column < w ? loadF32(plane, (row + 1) * (w + 2) + column + 1) : 0;
      if (value !== 0) isWritten = true;
      storeF32(block, i * SIDE + j, value);
    }
  }
  return isWritten;
}

/** out = a·b, 8×8 each. */
function multiplyBlock(out: usize, a: usize, b: usize): void {
  for (let u: usize = 0; u < SIDE; u++) {
    let left = zero4();
    let right = zero4();
    for (let i: usize = 0; i < SIDE; i++) {
      const factor = splat(a, u * SIDE + i);
      left = madd(factor, load4(b, i * SIDE), left);
      right = madd(factor, load4(b, i * SIDE + 4), right);
    }
    store4(out, u * SIDE, left);
    store4(out, u * SIDE + 4, right);
  }
}

function transposeBlock(out: usize, a: usize): void {
  for (let i: usize = 0; i < SIDE; i++) {
    for (let j: usize = 0; j < SIDE; j++) storeF32(out, j * SIDE + i, loadF32(a, i * SIDE + j));
  }
}
