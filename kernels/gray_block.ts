// A network's first layer in one pass: 3×3 convolution of pictures with one channel, padding 1, then ReLU and
// 2×2 max pooling. What is pooled away is never stored.
//
//   y[n,i,j,o] = bias[o] + Σ_{r,s} (x[n, i+r−1, j+s−1] − m)·w[3r+s, o];  x is 0 outside, m the mean pixel or 0
//   z[n,i,j,o] = max(0, y[n, 2i+r, 2j+s, o] for r, s in {0, 1})
//   argmax     = the place 2r + s of the first largest of the four; 4 where it is not above 0: no gradient
//
// x  [N, H, W], H and W even;  w  [9, C], bias  [C]: batch normalisation folded in (gray_block_fold.ts)
// moments  as gray_block_statistics.ts makes them, for m; 0: m = 0
// z  [N, H/2, W/2, C];  argmax  the same, u8; 0: not wanted;  C a multiple of 4
// Backward: gray_block_backward.ts.  Range: rows [from, to) of N·H/2.
//
// Along a row by Winograd's F(2,3): the two outputs of a window take 4 products a row of w instead of 6, from
// v = (d₀−d₂, d₁+d₂, d₂−d₁, d₃−d₁) and u = (g₀, (g₀+g₁+g₂)/2, (g₀−g₁+g₂)/2, g₂):
//   y₀ = Σ v₁u₁ + Σ v₂u₂ + Σ v₀u₀,  y₁ = Σ v₁u₁ − Σ v₂u₂ + Σ v₃u₃,  sums over the three rows of w
// v is shared by the two rows of the window and by all channels: made once a row.
// scratch  borderedSize(W) + 14·C + (H + 2)·2·W elements: a row of pixels; u; v as [W/2, H + 2, 4]
// u        [C/4, 14, 4]: u₁ of the three rows, u₂, u₀, u₃, the bias, and a vector that is written and never read:
//          V8 in Node 20 moves all loads ahead of all arithmetic, up to the next store. With a store behind each
//          quarter of a window what it loads stays in registers, of which it needs 13 of 16.
// Numerics: error ≤ γ(8)·Σ|v|·|u|, 2–3 times that of nine plain terms. A constant stretch of a picture gives
// four equal bits, so that the first of them wins as in PyTorch. NaN beats everything, its place being 3 or less.
// Tested in test/kernels/gray_block.test.ts and test/ops/gray_block.test.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { borderedRow, borderedSize, centreOf } from "./shared/gray";
import { load4, madd, splat, store4, zero4 } from "./shared/simd";

const HALF = memory.data<f32>([0.5]);
/** Less zero changes nothing, −0 flips the sign: of d₂ and d₁ in v. */
const SIGNS = memory.data<u32>([0x80000000, 0, 0x80000000, 0x80000000]);
/** Elements of u a channel. */
const FILTER: usize = 14;
const FOUR = memory.data<i32>([-4]);

export function gray_block_f32(
  z: usize,
  argmax: usize,
  x: usize,
  w: usize,
  bias: usize,
  moments: usize,
  h: usize,
  width: usize,
  cout: usize,
  scratch: usize,
  from: usize,
  to: usize,
): void {
  const oh = h >> 1;
  const ow = width >> 1;
  const centre = centreOf(moments);
  const u = scratch + (borderedSize(width) << 2);
  const v = u + ((FILTER * cout) << 2);
  const window = (h + 2) << 4;
  transformFilters(u, w, bias, cout);
  for (let at = from; at < to; ) {
    const image = at / oh;
    const first = at - image * oh;
    const end = min(oh, first + to - at);
    for (let i = 2 * first; i < 2 * end + 2; i++) {
      borderedRow(scratch, x + ((image * h * width) << 2), i, h, width, centre);
      transformRow(v + (i << 4), scratch, window, ow);
    }
    for (let i = first; i < end; i++) {
      for (let o: usize = 0; o < cout; o += 4) {
        const out = at * ow * cout + o;
        const places = argmax ? argmax + out : 0;
        poolRow(z + (out << 2), places, v + (i << 5), u + ((FILTER * o) << 2), window, cout, ow);
      }
      at++;
    }
  }
}

/** v of one bordered row. */
function transformRow(v: usize, pixels: usize, window: usize, ow: usize): void {
  const signs = v128.load(SIGNS);
  for (let j: usize = 0; j < ow; j++) {
    const d = load4(pixels, 2 * j);
    const e = v128.xor(v128.shuffle<u32>(d, d, 2, 2, 1, 1), signs);
    store4(v + j * window, 0, f32x4.add(d, e));
  }
}

/** u of all channels, in the order in which a window reads them, and the bias. */
function transformFilters(u: usize, w: usize, bias: usize, c: usize): void {
  const half = splat(HALF, 0);
  for (let o: usize = 0; o < c; o += 4) {
    const out = u + ((FILTER * o) << 2);
    for (let r: usize = 0; r < 3; r++) {
      const first = load4(w, 3 * r * c + o);
      const last = load4(w, (3 * r + 2) * c + o);
      const outer = f32x4.mul(f32x4.add(first, last), half);
      const inner = f32x4.mul(load4(w, (3 * r + 1) * c + o), half);
      store4(out, 4 * r, f32x4.add(outer, inner));
      store4(out, 12 + 4 * r, f32x4.sub(outer, inner));
      store4(out, 24 + 4 * r, first);
      store4(out, 36 + 4 * r, last);
    }
    store4(out, 48, load4(bias, o));
  }
}

/** One row of windows, four channels. */
function poolRow(z: usize, argmax: usize, v: usize, u: usize, window: usize, c: usize, ow: usize): void {
  const zero = zero4();
  for (const end = v + window * ow; v !== end; v += window) {
    const start = v128.load(u, 192);
    let u0 = v128.load(u, 0);
    let u1 = v128.load(u, 16);
    let u2 = v128.load(u, 32);
    let s0 = v128.load32_splat(v, 4);
    let s1 = v128.load32_splat(v, 20);
    let s2 = v128.load32_splat(v, 36);
    let s3 = v128.load32_splat(v, 52);
    const upper = madd(s2, u2, madd(s1, u1, madd(s0, u0, start)));
    const lower = madd(s3, u2, madd(s2, u1, madd(s1, u0, start)));
    v128.store(u, upper, 208);
    v128.store(u, lower, 208);

    u0 = v128.load(u, 48);
    u1 = v128.load(u, 64);
    u2 = v128.load(u, 80);
    s0 = v128.load32_splat(v, 8);
    s1 = v128.load32_splat(v, 24);
    s2 = v128.load32_splat(v, 40);
    s3 = v128.load32_splat(v, 56);
    const upperHalf = madd(s2, u2, madd(s1, u1, f32x4.mul(s0, u0)));
    const lowerHalf = madd(s3, u2, madd(s2, u1, f32x4.mul(s1, u0)));
    v128.store(u, upperHalf, 208);
    v128.store(u, lowerHalf, 208);

    u0 = v128.load(u, 96);
    u1 = v128.load(u, 112);
    u2 = v128.load(u, 128);
    s0 = v128.load32_splat(v, 0);
    s1 = v128.load32_splat(v, 16);
    s2 = v128.load32_splat(v, 32);
    s3 = v128.load32_splat(v, 48);
    let a = madd(s2, u2, madd(s1, u1, f32x4.mul(s0, u0)));
    let d = madd(s3, u2, madd(s2, u1, f32x4.mul(s1, u0)));
    a = f32x4.add(f32x4.add(upper, upperHalf), a);
    d = f32x4.add(f32x4.add(lower, lowerHalf), d);
    v128.store(u, a, 208);
    v128.store(u, d, 208);

    u0 = v128.load(u, 144);
    u1 = v128.load(u, 160);
    u2 = v128.load(u, 176);
    s0 = v128.load32_splat(v, 12);
    s1 = v128.load32_splat(v, 28);
    s2 = v128.load32_splat(v, 44);
    s3 = v128.load32_splat(v, 60);
    let b = madd(s2, u2, madd(s1, u1, f32x4.mul(s0, u0)));
    let e = madd(s3, u2, madd(s2, u1, f32x4.mul(s1, u0)));
    b = f32x4.add(f32x4.sub(upper, upperHalf), b);
    e = f32x4.add(f32x4.sub(lower, lowerHalf), e);

    const largest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(d, e));
    // pmax keeps a NaN of a; one of the others makes their sum NaN, and by that all bits of the result.
    const others = f32x4.add(f32x4.add(b, d), e);
    const best = v128.or(largest, f32x4.ne(others, others));
    v128.store(z, f32x4.pmax(best, zero));
    z += c << 2;
    if (argmax) {
      // −1 for each place passed by.
      const not0 = f32x4.ne(best, a);
      const not1 = v128.and(not0, f32x4.ne(best, b));
      const not2 = v128.and(not1, f32x4.ne(best, d));
      const place = i32x4.add(i32x4.add(not0, not1), not2);
      const clipped = v128.and(f32x4.le(best, zero), v128.load32_splat(FOUR));
      const halves = i16x8.narrow_i32x4_s(i32x4.min_s(place, clipped), zero);
      v128.store_lane<u32>(argmax, i8x16.abs(i8x16.narrow_i16x8_s(halves, zero)), 0);
      argmax += c;
    }
  }
}
