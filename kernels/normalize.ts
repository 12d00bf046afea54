// y[b,i] = (x[index[b],i]/255 − mean)/std: a batch of bytes gathered out of a data set, as the network sees it.
//
// y      [rows, rowSize] f32
// x      [any, rowSize] u8
// index  [rows] i32: which row of x becomes row b; 0 for the first rows as they lie
// Range: rows [from, to). Rows may have any size.
// Registers: 3 constants, 16 bytes as 4 vectors.
// Numerics: two divisions and a subtraction, one rounding each, in this order: bit for bit what
// PyTorch's ToTensor and Normalize give, in both variants.
// Tested in test/kernels/normalize.test.ts.

import { splat, store4, storeTail } from "./shared/simd";

const BYTE_MAX = memory.data<f32>([255]);

export function normalize_f32(
  y: usize,
  x: usize,
  index: usize,
  rowSize: usize,
  mean: f32,
  std: f32,
  from: usize,
  to: usize,
): void {
  const byteMax = splat(BYTE_MAX, 0);
  const meanAll = f32x4.splat(mean);
  const stdAll = f32x4.splat(std);
  for (let row = from; row < to; row++) {
    const source = x + (index ? <usize>load<u32>(index + (row << 2)) : row) * rowSize;
    const start = row * rowSize;
    for (let i: usize = 0; i < rowSize; i += 4) {
      const words = i16x8.extend_low_i8x16_u(v128.load32_zero(source + i));
      const values = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
      const result = f32x4.div(f32x4.sub(f32x4.div(values, byteMax), meanAll), stdAll);
      if (i + 4 <= rowSize) store4(y, start + i, result);
      else storeTail(y, start + i, rowSize - i, result);
    }
  }
}
