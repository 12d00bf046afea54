// y[o,i] = Σ_r x[o,r,i]: a sum over one axis, or over neighbouring axes taken as one.
//
// x  [outer, reduce, inner];  y  [outer, inner], size elements. reduce = 0 gives 0.
// Range: elements of y where inner = 1, else sixteens of them: threads that took parts of one would each read all of its lines.
// Numerics: in blocks, so that the error does not grow with the whole length.
//   inner > 1: 128 rows are summed in one accumulator a column, r ascending, and the blocks' sums added up,
//              16 columns (a cache line) at a time while there are as many. Error ≤ γ(128 + reduce/128)·Σ|x|.
//   inner = 1: 2048 elements are summed in 16 lanes, and the blocks' sums added up in f64.
//              Error ≤ γ(132)·Σ|x|.
// The order for one element of y is the same wherever the range is cut.
// Tested in test/ops/sum.test.ts.

import { SUM_COLUMNS } from "./abi/abi";
import { addLanes, laneMask, load4, store4, storeF32, storeTail, zero4 } from "./shared/simd";

const BLOCK_ROWS: usize = 128;
const BLOCK_SIZE: usize = 2048;

export function sum_f32(y: usize, x: usize, reduce: usize, inner: usize, size: usize, from: usize, to: usize): void {
  if (inner === 1) {
    for (let o = from; o < to; o++) storeF32(y, o, sumRow(x, o * reduce, reduce));
    return;
  }
  const last = min(to * SUM_COLUMNS, size);
  let at = from * SUM_COLUMNS;
  while (at < last) {
    const o = at / inner;
    const i = at - o * inner;
    const columns = min(inner - i, last - at);
    const start = o * reduce * inner + i;
    if (columns >= SUM_COLUMNS) {
      sum16Columns(y, at, x, start, reduce, inner);
      at += SUM_COLUMNS;
    } else {
      const count = min<usize>(4, columns);
      const sum = sum4Columns(x, start, reduce, inner);
      if (count === 4) store4(y, at, sum);
      else storeTail(y, at, count, sum);
      at += count;
    }
  }
}

// @inline
function sum16Columns(y: usize, at: usize, x: usize, start: usize, reduce: usize, inner: usize): void {
  let t0 = zero4();
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  let p = start;
  for (let block: usize = 0; block < reduce; block += BLOCK_ROWS) {
    const end = p + min(BLOCK_ROWS, reduce - block) * inner;
    let s0 = zero4();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (; p < end; p += inner) {
      s0 = f32x4.add(s0, load4(x, p));
      s1 = f32x4.add(s1, load4(x, p + 4));
      s2 = f32x4.add(s2, load4(x, p + 8));
      s3 = f32x4.add(s3, load4(x, p + 12));
    }
    t0 = f32x4.add(t0, s0);
    t1 = f32x4.add(t1, s1);
    t2 = f32x4.add(t2, s2);
    t3 = f32x4.add(t3, s3);
  }
  store4(y, at, t0);
  store4(y, at + 4, t1);
  store4(y, at + 8, t2);
  store4(y, at + 12, t3);
}

function sum4Columns(x: usize, start: usize, reduce: usize, inner: usize): v128 {
  let total = zero4();
  let p = start;
  for (let block: usize = 0; block < reduce; block += BLOCK_ROWS) {
    const end = p + min(BLOCK_ROWS, reduce - block) * inner;
    let sum = zero4();
    for (; p < end; p += inner) sum = f32x4.add(sum, load4(x, p));
    total = f32x4.add(total, sum);
  }
  return total;
}

// @inline
function sumRow(x: usize, start: usize, size: usize): f32 {
  let total: f64 = 0;
  for (let block: usize = 0; block < size; block += BLOCK_SIZE) {
    const end = start + min(block + BLOCK_SIZE, size);
    let s0 = zero4();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = start + block;
    for (; p + 16 <= end; p += 16) {
      s0 = f32x4.add(s0, load4(x, p));
      s1 = f32x4.add(s1, load4(x, p + 4));
      s2 = f32x4.add(s2, load4(x, p + 8));
      s3 = f32x4.add(s3, load4(x, p + 12));
    }
    for (; p < end; p += 4) s0 = f32x4.add(s0, v128.and(load4(x, p), laneMask(min<usize>(4, end - p))));
    total += <f64>addLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }
  return <f32>total;
}
