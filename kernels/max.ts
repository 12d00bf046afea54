// y[o,i] = max_r x[o,r,i];  dx[o,index[o,i],i] = dy[o,i], where index is the first r that attains it.
//
// x, dx  [outer, reduce, inner], reduce ≥ 1;  y, dy, index (i32)  [outer, inner]. NaN wins.
// dx must be all zeros before. Range: elements [from, to) of y and dy.
// Numerics: exact. Tested in test/ops/max.test.ts.

import { load4, loadF32, storeF32, storeUpTo } from "./shared/simd";
import { rowMax } from "./softmax/rows";

export function max_f32(y: usize, x: usize, reduce: usize, inner: usize, from: usize, to: usize): void {
  if (inner === 1) {
    for (let o = from; o < to; o++) storeF32(y, o, rowMax(x, o * reduce, reduce));
    return;
  }
  let at = from;
  while (at < to) {
    const o = at / inner;
    const stop = min((o + 1) * inner, to);
    for (; at < stop; at += 4) {
      const start = o * reduce * inner + at - o * inner;
      let largest = load4(x, start);
      for (let r: usize = 1; r < reduce; r++) largest = f32x4.max(largest, load4(x, start + r * inner));
      storeUpTo(y, at, stop, largest);
    }
    at = stop;
  }
}

export function max_backward_f32(
  dx: usize,
  dy: usize,
  index: usize,
  reduce: usize,
  inner: usize,
  from: usize,
  to: usize,
): void {
  for (let at = from; at < to; at++) {
    const o = at / inner;
    const r = <usize>load<u32>(index + (at << 2));
    storeF32(dx, (o * reduce + r) * inner + at - o * inner, loadF32(dy, at));
  }
}
