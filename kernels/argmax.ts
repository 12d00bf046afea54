// index[o,i] = the first r for which x[o,r,i] is largest.
//
// x  [outer, reduce, inner], reduce ≥ 1;  index  [outer, inner] i32. The first NaN wins.
// Range: elements [from, to) of index. Numerics: exact. Tested in test/ops/argmax.test.ts.

import { load4, loadF32, splat, storeUpTo, zero4 } from "./shared/simd";

const ONE = memory.data<i32>([1]);

export function argmax_f32(index: usize, x: usize, reduce: usize, inner: usize, from: usize, to: usize): void {
  if (inner === 1) {
    for (let o = from; o < to; o++) store<u32>(index + (o << 2), <u32>firstLargest(x, o * reduce, reduce));
    return;
  }
  const one = splat(ONE, 0);
  let at = from;
  while (at < to) {
    const o = at / inner;
    const stop = min((o + 1) * inner, to);
    for (; at < stop; at += 4) {
      const start = o * reduce * inner + at - o * inner;
      let best = load4(x, start);
      let where = zero4();
      let here = zero4();
      for (let r: usize = 1; r < reduce; r++) {
        here = i32x4.add(here, one);
        const value = load4(x, start + r * inner);
        // Larger, or the first NaN: value ≠ value while best = best.
        const isFirstNaN = v128.and(f32x4.ne(value, value), f32x4.eq(best, best));
        const isBetter = v128.or(f32x4.gt(value, best), isFirstNaN);
        best = v128.bitselect(value, best, isBetter);
        where = v128.bitselect(here, where, isBetter);
      }
      storeUpTo(index, at, stop, where);
    }
    at = stop;
  }
}

function firstLargest(x: usize, start: usize, size: usize): usize {
  let best = loadF32(x, start);
  let where: usize = 0;
  // Nothing is larger than a NaN.
  for (let r: usize = 1; r < size && <bool>f32.eq(best, best); r++) {
    const value = loadF32(x, start + r);
    if (!(value <= best)) {
      best = value;
      where = r;
    }
  }
  return where;
}
