// y[n,j,i] = x[n,i,j]: every image transposed, between channels last and channels first.
//
// x  [N, rows, cols];  y  [N, cols, rows]. Range: images [from, to).
// Four columns at a time, so that four rows of y are written in order while x is read by vectors.
// Numerics: a copy. Tested in test/ops/flatten.test.ts.

import { load4, loadF32, storeF32 } from "./shared/simd";

export function flatten_f32(y: usize, x: usize, rows: usize, cols: usize, from: usize, to: usize): void {
  const size = rows * cols;
  for (let n = from; n < to; n++) {
    const start = n * size;
    let j: usize = 0;
    for (; j + 4 <= cols; j += 4) {
      const out = start + j * rows;
      for (let i: usize = 0; i < rows; i++) {
        const four = load4(x, start + i * cols + j);
        storeF32(y, out + i, f32x4.extract_lane(four, 0));
        storeF32(y, out + rows + i, f32x4.extract_lane(four, 1));
        storeF32(y, out + 2 * rows + i, f32x4.extract_lane(four, 2));
        storeF32(y, out + 3 * rows + i, f32x4.extract_lane(four, 3));
      }
    }
    for (; j < cols; j++) {
      for (let i: usize = 0; i < rows; i++) storeF32(y, start + j * rows + i, loadF32(x, start + i * cols + j));
    }
  }
}
