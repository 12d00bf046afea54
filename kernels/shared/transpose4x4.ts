// A block of four rows and four columns, turned.

import { load4, store4 } from "./simd";

/** y[yAt + r·yRow + i] = x[xAt + i·xRow + r], for r and i from 0 to 3. */
export function transpose4x4(y: usize, yAt: usize, yRow: usize, x: usize, xAt: usize, xRow: usize): void {
  const a = load4(x, xAt);
  const b = load4(x, xAt + xRow);
  const c = load4(x, xAt + 2 * xRow);
  const d = load4(x, xAt + 3 * xRow);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  store4(y, yAt, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  store4(y, yAt + yRow, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  store4(y, yAt + 2 * yRow, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
  store4(y, yAt + 3 * yRow, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
}
