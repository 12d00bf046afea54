// A batch of rows gathered out of a data set, each value normalised with the mean and standard deviation of its place.
//
//   normalize_u8:  y[b,i] = (x[index[b],i]/255 − mean[i mod period])/std[i mod period]     x u8
//   normalize_f32: y[b,i] = (x[index[b],i] − mean[i mod period])/std[i mod period]         x f32
//
// y      [rows, rowSize] f32
// x      [any, rowSize]
// index  [rows] i32: which row of x becomes row b; 0 for the first rows as they lie
// table  [2, period] f32: the means, then the deviations; period is a multiple of 4, or at least rowSize. One value for
//        all is four times the same; three channels are twelve values, so that four neighbours always begin where four
//        of the table do.
// Range: rows [from, to). Rows may have any size.
// Registers: 1 constant, 16 bytes as 4 vectors, the table's 4 means and 4 deviations.
// Numerics: normalize_u8 is two divisions and a subtraction, one rounding each, in this order: bit for bit what
// PyTorch's ToTensor and Normalize give, in both variants. mean 0 and std 1 leave x/255, or x, as it is.
// Tested in test/kernels/normalize.test.ts.

import { load4, splat, storeUpTo } from "./shared/simd";

const BYTE_MAX = memory.data<f32>([255]);

export function normalize_u8(
  y: usize,
  x: usize,
  index: usize,
  rowSize: usize,
  table: usize,
  period: usize,
  from: usize,
  to: usize,
): void {
  const byteMax = splat(BYTE_MAX, 0);
  let mean = load4(table, 0);
  let std = load4(table, period);
  for (let row = from; row < to; row++) {
    const source = x + sourceRow(index, row) * rowSize;
    const start = row * rowSize;
    let at: usize = 0;
    for (let i: usize = 0; i < rowSize; i += 4) {
      if (period > 4) {
        mean = load4(table, at);
        std = load4(table, period + at);
        at = at + 4 < period ? at + 4 : 0;
      }
      const words = i16x8.extend_low_i8x16_u(v128.load32_zero(source + i));
      const values = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
      const result = f32x4.div(f32x4.sub(f32x4.div(values, byteMax), mean), std);
      storeUpTo(y, start + i, start + rowSize, result);
    }
  }
}

export function normalize_f32(
  y: usize,
  x: usize,
  index: usize,
  rowSize: usize,
  table: usize,
  period: usize,
  from: usize,
  to: usize,
): void {
  for (let row = from; row < to; row++) {
    const source = sourceRow(index, row) * rowSize;
    const start = row * rowSize;
    let at: usize = 0;
    for (let i: usize = 0; i < rowSize; i += 4) {
      const result = f32x4.div(f32x4.sub(load4(x, source + i), load4(table, at)), load4(table, period + at));
      storeUpTo(y, start + i, start + rowSize, result);
      at = at + 4 < period ? at + 4 : 0;
    }
  }
}

function sourceRow(index: usize, row: usize): usize {
  return index ? <usize>load<u32>(index + (row << 2)) : row;
}
