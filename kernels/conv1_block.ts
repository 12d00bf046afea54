// A network's first layer in one pass: 3×3 convolution of images with one channel, padding 1, then ReLU and
// 2×2 max pooling. What is pooled away is never stored.
//
//   y[n,i,j,o] = bias[o] + Σ_{r,s} (x[n, i+r−1, j+s−1] − m)·w[3r+s, o];  x is 0 outside, m the mean pixel or 0
//   z[n,i,j,o] = max(0, y[n, 2i+r, 2j+s, o] for r, s in {0, 1})
//   argmax     = the place 2r + s of the first largest of the four; 4 where it is not above 0: no gradient
//
// x  [N, H, W], H and W even;  w  [9, C], bias  [C]: batch normalisation folded in (conv1_block_fold.ts)
// moments  as conv1_block_statistics.ts makes them, for m; 0: m = 0
// z  [N, H/2, W/2, C];  argmax  the same, u8; 0: not wanted;  C a multiple of 4
// Backward: conv1_block_backward.ts.  Range: rows [from, to) of N·H/2.
//
// Along a row by Winograd's F(2,3): the two outputs of a window take 4 products a row of w instead of 6, from
// v = (d₀−d₂, d₁+d₂, d₂−d₁, d₃−d₁) and u = (g₀, (g₀+g₁+g₂)/2, (g₀−g₁+g₂)/2, g₂):
//   y₀ = Σ v₁u₁ + Σ v₂u₂ + Σ v₀u₀,  y₁ = Σ v₁u₁ − Σ v₂u₂ + Σ v₃u₃,  sums over the three rows of w
// v is shared by the two rows of the window and by all channels: made once a row.
// scratch  conv1BlockScratch(H, W, C) elements: a row of pixels; u; v as [W/2, H + 2, 4]
// u        [C/4, 18, 4], in the variant `wide` [C/8, 18, 8]: u₁ of the three rows, u₂, u₀, u₃, the bias, and room for five
//          vectors of a window
// Registers: 8 sums, 4 of v, 3 of u. V8 in Node 20 moves all loads of a loop ahead of all its arithmetic, but for
// stores between them: so each quarter of a window ends in stores of what it has computed, read again or not.
// Two vectors of channels go together: they share the loads of v, and one computes while the other waits. In the variant
// `wide` they are neighbours in u, with no store between their loads, so that V8 joins them.
// Numerics: error ≤ γ(8)·Σ|v|·|u|, 2–3 times that of nine plain terms. A constant stretch of an image gives
// four equal bits, so that the first of them wins as in PyTorch. NaN beats everything, its place being 3 or less.
// Tested in test/kernels/conv1_block.test.ts and test/ops/conv1_block.test.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { borderedRowSize, GRAY_FILTER } from "./abi/abi";
import { borderedRow, centreOf, firstPlace, largest } from "./shared/gray";
import { load4, madd, splat, store4, zero4 } from "./shared/simd";

const HALF = memory.data<f32>([0.5]);
/** From one vector of u to the next of the same channels. */
const STEP: usize = WIDE ? 32 : 16;
/** ^ flips the sign of d₂ and d₁ in v. */
const SIGNS = memory.data<u32>([0x80000000, 0, 0x80000000, 0x80000000]);

export function conv1_block_f32(
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
  const u = scratch + (borderedRowSize(width) << 2);
  const v = u + ((GRAY_FILTER * ((cout + 7) & ~7)) << 2);
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
      for (let o: usize = 0; o < cout; o += 8) {
        const other: usize = o + 8 > cout ? 0 : 4;
        const out = at * ow * cout + o;
        const places = argmax ? argmax + out : 0;
        poolRow(z + (out << 2), places, v + (i << 5), filterOf(u, o), window, cout, other, ow);
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

/** u of channel o. */
function filterOf(u: usize, o: usize): usize {
  return WIDE ? u + (((o & ~7) * GRAY_FILTER + (o & 4)) << 2) : u + ((GRAY_FILTER * o) << 2);
}

/** u of all channels, in the order in which a window reads them, and the bias. */
function transformFilters(u: usize, w: usize, bias: usize, c: usize): void {
  const half = splat(HALF, 0);
  for (let o: usize = 0; o < c; o += 4) {
    const out = filterOf(u, o);
    for (let r: usize = 0; r < 3; r++) {
      const first = load4(w, 3 * r * c + o);
      const last = load4(w, (3 * r + 2) * c + o);
      const outer = f32x4.mul(f32x4.add(first, last), half);
      const inner = f32x4.mul(load4(w, (3 * r + 1) * c + o), half);
      const at = out + r * STEP;
      v128.store(at, f32x4.add(outer, inner));
      v128.store(at, f32x4.sub(outer, inner), 3 * STEP);
      v128.store(at, first, 6 * STEP);
      v128.store(at, last, 9 * STEP);
    }
    v128.store(out, load4(bias, o), 12 * STEP);
  }
}

/** A store that nobody reads: V8 in Node 20 moves no load ahead of it. */
function hold(u: usize, value: v128): void {
  if (!WIDE) v128.store(u, value, 208);
}

/** One row of windows, four channels and four more, `other` (4, or 0 for the same again) elements on. */
function poolRow(z: usize, argmax: usize, v: usize, u: usize, window: usize, c: usize, other: usize, ow: usize): void {
  const zero = zero4();
  const t = u + (WIDE ? 16 : (GRAY_FILTER * other) << 2);
  for (const end = v + window * ow; v !== end; v += window) {
    // v₁u₁, on top of the bias.
    let s0 = v128.load32_splat(v, 4);
    let s1 = v128.load32_splat(v, 20);
    let s2 = v128.load32_splat(v, 36);
    let s3 = v128.load32_splat(v, 52);
    let u0 = v128.load(u);
    let u1 = v128.load(u, STEP);
    let u2 = v128.load(u, 2 * STEP);
    let bias = v128.load(u, 12 * STEP);
    const upper = madd(s2, u2, madd(s1, u1, madd(s0, u0, bias)));
    const lower = madd(s3, u2, madd(s2, u1, madd(s1, u0, bias)));
    hold(u, upper);
    hold(u, lower);
    u0 = v128.load(t);
    u1 = v128.load(t, STEP);
    u2 = v128.load(t, 2 * STEP);
    bias = v128.load(t, 12 * STEP);
    const upper1 = madd(s2, u2, madd(s1, u1, madd(s0, u0, bias)));
    const lower1 = madd(s3, u2, madd(s2, u1, madd(s1, u0, bias)));
    hold(u, upper1);
    hold(u, lower1);
    // v₂u₂: here the two columns part.
    s0 = v128.load32_splat(v, 8);
    s1 = v128.load32_splat(v, 24);
    s2 = v128.load32_splat(v, 40);
    s3 = v128.load32_splat(v, 56);
    u0 = v128.load(u, 3 * STEP);
    u1 = v128.load(u, 4 * STEP);
    u2 = v128.load(u, 5 * STEP);
    const upperHalf = madd(s2, u2, madd(s1, u1, f32x4.mul(s0, u0)));
    const lowerHalf = madd(s3, u2, madd(s2, u1, f32x4.mul(s1, u0)));
    let a = f32x4.add(upper, upperHalf);
    let d = f32x4.add(lower, lowerHalf);
    let b = f32x4.sub(upper, upperHalf);
    let e = f32x4.sub(lower, lowerHalf);
    if (!WIDE) {
      v128.store(u, b, 224);
      v128.store(u, e, 240);
    }
    hold(u, a);
    hold(u, d);
    u0 = v128.load(t, 3 * STEP);
    u1 = v128.load(t, 4 * STEP);
    u2 = v128.load(t, 5 * STEP);
    const upperHalf1 = madd(s2, u2, madd(s1, u1, f32x4.mul(s0, u0)));
    const lowerHalf1 = madd(s3, u2, madd(s2, u1, f32x4.mul(s1, u0)));
    let a1 = f32x4.add(upper1, upperHalf1);
    let d1 = f32x4.add(lower1, lowerHalf1);
    let b1 = f32x4.sub(upper1, upperHalf1);
    let e1 = f32x4.sub(lower1, lowerHalf1);
    if (!WIDE) {
      v128.store(u, b1, 256);
      v128.store(u, e1, 272);
    }
    hold(u, a1);
    hold(u, d1);
    // v₀u₀, the left column: a above d.
    s0 = v128.load32_splat(v, 0);
    s1 = v128.load32_splat(v, 16);
    s2 = v128.load32_splat(v, 32);
    s3 = v128.load32_splat(v, 48);
    u0 = v128.load(u, 6 * STEP);
    u1 = v128.load(u, 7 * STEP);
    u2 = v128.load(u, 8 * STEP);
    a = madd(s2, u2, madd(s1, u1, madd(s0, u0, a)));
    d = madd(s3, u2, madd(s2, u1, madd(s1, u0, d)));
    hold(u, a);
    hold(u, d);
    u0 = v128.load(t, 6 * STEP);
    u1 = v128.load(t, 7 * STEP);
    u2 = v128.load(t, 8 * STEP);
    a1 = madd(s2, u2, madd(s1, u1, madd(s0, u0, a1)));
    d1 = madd(s3, u2, madd(s2, u1, madd(s1, u0, d1)));
    hold(u, a1);
    hold(u, d1);
    // v₃u₃, the right column: b above e.
    s0 = v128.load32_splat(v, 12);
    s1 = v128.load32_splat(v, 28);
    s2 = v128.load32_splat(v, 44);
    s3 = v128.load32_splat(v, 60);
    u0 = v128.load(u, 9 * STEP);
    u1 = v128.load(u, 10 * STEP);
    u2 = v128.load(u, 11 * STEP);
    if (!WIDE) {
      b = v128.load(u, 224);
      e = v128.load(u, 240);
    }
    b = madd(s2, u2, madd(s1, u1, madd(s0, u0, b)));
    e = madd(s3, u2, madd(s2, u1, madd(s1, u0, e)));
    hold(u, b);
    hold(u, e);
    u0 = v128.load(t, 9 * STEP);
    u1 = v128.load(t, 10 * STEP);
    u2 = v128.load(t, 11 * STEP);
    if (!WIDE) {
      b1 = v128.load(u, 256);
      e1 = v128.load(u, 272);
    }
    b1 = madd(s2, u2, madd(s1, u1, madd(s0, u0, b1)));
    e1 = madd(s3, u2, madd(s2, u1, madd(s1, u0, e1)));

    const best = largest(a, b, d, e);
    const best1 = largest(a1, b1, d1, e1);
    const highest = f32x4.pmax(best, zero);
    const highest1 = f32x4.pmax(best1, zero);
    if (WIDE && other) {
      v128.store(z, highest);
      v128.store(z, highest1, 16);
    } else {
      v128.store(z + (other << 2), highest1);
      v128.store(z, highest);
    }
    z += c << 2;
    if (argmax) {
      let place = firstPlace(best, a, b, d);
      let place1 = firstPlace(best1, a1, b1, d1);
      if (WIDE) {
        v128.store(u, place, 13 * STEP);
        v128.store(u, place1, 13 * STEP + 16);
        place = v128.load(u, 13 * STEP);
        place1 = v128.load(u, 13 * STEP + 16);
      }
      const halves = i16x8.narrow_i32x4_s(place, place1);
      const bytes = i8x16.abs(i8x16.narrow_i16x8_s(halves, zero));
      v128.store_lane<u32>(argmax + other, bytes, 1);
      v128.store_lane<u32>(argmax, bytes, 0);
      argmax += c;
    }
  }
}
