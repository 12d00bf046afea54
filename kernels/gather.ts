// Rows of a matrix, in any order and as often as wanted; and back, what came from the same row added up.
//
//   gather:          y[b,i] = x[index[b],i]
//   gather_backward: dx[r,i] = Σ_{b: index[b] = r} dy[b,i]
//
// x, dx  [any, rowSize];  y, dy [rows, rowSize];  index [rows] i32 in 0 … any − 1, which the op checks
// gather_u8 takes bytes, gather_f32 all that has four of them: f32 and i32.
// Range: gather rows [from, to); gather_backward columns [from, to) of all rows, since two rows of dy may end in the
// same one of dx. dx must be 0 before.
// Numerics: gather is exact. gather_backward adds in the order of b, whatever the cut.
// Tested in test/kernels/gather.test.ts and test/ops/gather.test.ts.

import { load4, storeUpTo } from "./shared/simd";

export function gather_u8(y: usize, x: usize, index: usize, rowSize: usize, from: usize, to: usize): void {
  for (let row = from; row < to; row++) {
    memory.copy(y + row * rowSize, x + <usize>load<u32>(index + (row << 2)) * rowSize, rowSize);
  }
}

export function gather_f32(y: usize, x: usize, index: usize, rowSize: usize, from: usize, to: usize): void {
  gather_u8(y, x, index, rowSize << 2, from, to);
}

export function gather_backward_f32(
  dx: usize,
  dy: usize,
  index: usize,
  rows: usize,
  rowSize: usize,
  from: usize,
  to: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const target = <usize>load<u32>(index + (row << 2)) * rowSize;
    const start = row * rowSize;
    for (let i = from; i < to; i += 4) {
      storeUpTo(dx, target + i, target + to, f32x4.add(load4(dx, target + i), load4(dy, start + i)));
    }
  }
}
