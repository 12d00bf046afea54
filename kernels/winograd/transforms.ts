// Winograd's matrices, as loops over channels: each takes and gives one value per channel, four at a time.
//
// F(m,3) computes m outputs of a 3-tap filter from m + 2 inputs with m + 2 products:
//   y = Aᵀ[(G·g) ∘ (Bᵀ·d)]
// F(4,3) stands on the points {0, 1, −1, 2, −2, ∞}, F(3,3) on the same without −2. So F(3,3) shares F(4,3)'s
// transformed filter, with slot 4 left out, once the ratio of their scales, aᵢ + 2 at the point aᵢ, is moved
// into its Bᵀ (factors 2, 3, 1, 4, 1). A slot is a point's index in the first list.
//
//        ⎡4  0 −5  0 1 0⎤         ⎡4 −2 −4  2 0⎤         ⎡  1/4    0    0 ⎤
//        ⎢0 −4 −4  1 1 0⎥         ⎢0 −6 −3  3 0⎥         ⎢−1/6 −1/6 −1/6⎥          ⎡1 1  1 1  1 0⎤
//   B₄ᵀ= ⎢0  4 −4 −1 1 0⎥   B₃ᵀ = ⎢0  2 −3  1 0⎥     G = ⎢−1/6  1/6 −1/6⎥   A₄ᵀ =  ⎢0 1 −1 2 −2 0⎥
//        ⎢0 −2 −1  2 1 0⎥         ⎢0 −4  0  4 0⎥         ⎢ 1/24 1/12  1/6⎥          ⎢0 1  1 4  4 0⎥
//        ⎢0  2 −1 −2 1 0⎥         ⎢              ⎥         ⎢ 1/24−1/12  1/6⎥          ⎣0 1 −1 8 −8 1⎦
//        ⎣0  4  0 −5 0 1⎦         ⎣0  2 −1 −2 1⎦         ⎣   0    0    1 ⎦    A₃ᵀ: its 3 first rows, no −2
//
// and row ∞ of A₃ᵀ's last output. The gradients use the transposes (adjoints) of the same matrices.
//
// Inputs are pointers p0 …, outputs stand `step` bytes apart from `out`, or at separate pointers q0 ….
// c: channels, a multiple of 4. Numerics: a two-dimensional transform grows rounding errors by about 10:
// the measured error of a layer is 2–5e-6 of its largest output. Tested in test/kernels/winograd.test.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308.

import { load4, madd, splat, store4 } from "../shared/simd";

const CONSTANTS = memory.data<f32>([2, 3, 4, 5, 6, 8]);

/** Slots 0 … 5 = B₄ᵀ·(p0 … p5). */
export function input4(
  out: usize,
  step: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  c: usize,
): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  const five = splat(CONSTANTS, 3);
  for (let i: usize = 0; i < c; i += 4) {
    const d1 = load4(p1, i);
    const d2 = load4(p2, i);
    const d3 = load4(p3, i);
    const d4 = load4(p4, i);
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    const outer = f32x4.sub(d4, d2);
    const inner = f32x4.mul(two, f32x4.sub(d3, d1));
    store4(out, i, madd(four, load4(p0, i), f32x4.sub(d4, f32x4.mul(five, d2))));
    store4(out + step, i, f32x4.add(even, odd));
    store4(out + 2 * step, i, f32x4.sub(even, odd));
    store4(out + 3 * step, i, f32x4.add(outer, inner));
    store4(out + 4 * step, i, f32x4.sub(outer, inner));
    store4(out + 5 * step, i, madd(four, d1, f32x4.sub(load4(p5, i), f32x4.mul(five, d3))));
  }
}

/** Slots 0, 1, 2, 3, 5 = B₃ᵀ·(p0 … p4). */
export function input3(out: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, c: usize): void {
  const two = splat(CONSTANTS, 0);
  const three = splat(CONSTANTS, 1);
  const four = splat(CONSTANTS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const d1 = load4(p1, i);
    const d2 = load4(p2, i);
    const d3 = load4(p3, i);
    const rise = f32x4.sub(d3, d1);
    store4(out, i, madd(four, f32x4.sub(load4(p0, i), d2), f32x4.mul(two, rise)));
    store4(out + step, i, f32x4.mul(three, f32x4.sub(f32x4.sub(d3, d2), f32x4.mul(two, d1))));
    store4(out + 2 * step, i, madd(two, d1, f32x4.sub(d3, f32x4.mul(three, d2))));
    store4(out + 3 * step, i, f32x4.mul(four, rise));
    store4(out + 5 * step, i, f32x4.sub(f32x4.sub(load4(p4, i), d2), f32x4.mul(two, rise)));
  }
}

/** (q0 … q5) += B₄·(slots 0 … 5 at p, `step` bytes apart). */
export function inputAdjoint4(
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  q4: usize,
  q5: usize,
  p: usize,
  step: usize,
  c: usize,
): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  const five = splat(CONSTANTS, 3);
  for (let i: usize = 0; i < c; i += 4) {
    const t0 = load4(p, i);
    const t5 = load4(p + 5 * step, i);
    const t1 = load4(p + step, i);
    const t2 = load4(p + 2 * step, i);
    const t3 = load4(p + 3 * step, i);
    const t4 = load4(p + 4 * step, i);
    const sum12 = f32x4.add(t1, t2);
    const diff12 = f32x4.sub(t1, t2);
    const sum34 = f32x4.add(t3, t4);
    const diff34 = f32x4.mul(two, f32x4.sub(t3, t4));
    accumulate(q0, i, f32x4.mul(four, t0));
    accumulate(q1, i, f32x4.sub(f32x4.mul(four, f32x4.sub(t5, diff12)), diff34));
    accumulate(q2, i, f32x4.sub(f32x4.sub(f32x4.mul(five, f32x4.neg(t0)), f32x4.mul(four, sum12)), sum34));
    accumulate(q3, i, f32x4.sub(f32x4.add(diff12, diff34), f32x4.mul(five, t5)));
    accumulate(q4, i, f32x4.add(f32x4.add(t0, sum12), sum34));
    accumulate(q5, i, t5);
  }
}

/** (q0 … q4) += B₃·(slots 0, 1, 2, 3, 5 at p). */
export function inputAdjoint3(
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  q4: usize,
  p: usize,
  step: usize,
  c: usize,
): void {
  const two = splat(CONSTANTS, 0);
  const three = splat(CONSTANTS, 1);
  const four = splat(CONSTANTS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const t0 = load4(p, i);
    const t1 = f32x4.mul(three, load4(p + step, i));
    const t2 = load4(p + 2 * step, i);
    const t3 = f32x4.mul(four, load4(p + 3 * step, i));
    const t5 = load4(p + 5 * step, i);
    const slope = f32x4.mul(two, f32x4.sub(t0, t5));
    accumulate(q0, i, f32x4.mul(four, t0));
    accumulate(q1, i, f32x4.sub(f32x4.mul(two, f32x4.sub(t2, t1)), f32x4.add(slope, t3)));
    accumulate(q2, i, f32x4.neg(madd(three, t2, madd(four, t0, f32x4.add(t1, t5)))));
    accumulate(q3, i, f32x4.add(f32x4.add(slope, t1), f32x4.add(t2, t3)));
    accumulate(q4, i, t5);
  }
}

/** (q0 … q3) = A₄ᵀ·(slots 0 … 5 at p) + bias; bias is a pointer to c values. */
export function output4(
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  p: usize,
  step: usize,
  bias: usize,
  c: usize,
): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  const eight = splat(CONSTANTS, 5);
  for (let i: usize = 0; i < c; i += 4) {
    const m1 = load4(p + step, i);
    const m2 = load4(p + 2 * step, i);
    const m3 = load4(p + 3 * step, i);
    const m4 = load4(p + 4 * step, i);
    const b = load4(bias, i);
    const sum12 = f32x4.add(m1, m2);
    const diff12 = f32x4.add(b, f32x4.sub(m1, m2));
    const sum34 = f32x4.add(m3, m4);
    const diff34 = f32x4.sub(m3, m4);
    store4(q0, i, f32x4.add(f32x4.add(b, load4(p, i)), f32x4.add(sum12, sum34)));
    store4(q1, i, madd(two, diff34, diff12));
    store4(q2, i, madd(four, sum34, f32x4.add(b, sum12)));
    store4(q3, i, f32x4.add(madd(eight, diff34, diff12), load4(p + 5 * step, i)));
  }
}

/** (q0 … q2) = A₃ᵀ·(slots 0, 1, 2, 3, 5 at p) + bias. */
export function output3(q0: usize, q1: usize, q2: usize, p: usize, step: usize, bias: usize, c: usize): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const m1 = load4(p + step, i);
    const m2 = load4(p + 2 * step, i);
    const m3 = load4(p + 3 * step, i);
    const b = load4(bias, i);
    const sum12 = f32x4.add(b, f32x4.add(m1, m2));
    store4(q0, i, f32x4.add(f32x4.add(load4(p, i), sum12), m3));
    store4(q1, i, madd(two, m3, f32x4.add(b, f32x4.sub(m1, m2))));
    store4(q2, i, f32x4.add(madd(four, m3, sum12), load4(p + 5 * step, i)));
  }
}

/** Slots 0 … 5 = A₄·(p0 … p3). */
export function outputAdjoint4(out: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize, c: usize): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  const eight = splat(CONSTANTS, 5);
  for (let i: usize = 0; i < c; i += 4) {
    const y0 = load4(p0, i);
    const y1 = load4(p1, i);
    const y2 = load4(p2, i);
    const y3 = load4(p3, i);
    const even1 = f32x4.add(y0, y2);
    const odd1 = f32x4.add(y1, y3);
    const even2 = madd(four, y2, y0);
    const odd2 = madd(eight, y3, f32x4.mul(two, y1));
    store4(out, i, y0);
    store4(out + step, i, f32x4.add(even1, odd1));
    store4(out + 2 * step, i, f32x4.sub(even1, odd1));
    store4(out + 3 * step, i, f32x4.add(even2, odd2));
    store4(out + 4 * step, i, f32x4.sub(even2, odd2));
    store4(out + 5 * step, i, y3);
  }
}

/** Slots 0, 1, 2, 3, 5 = A₃·(p0 … p2). */
export function outputAdjoint3(out: usize, step: usize, p0: usize, p1: usize, p2: usize, c: usize): void {
  const two = splat(CONSTANTS, 0);
  const four = splat(CONSTANTS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const y0 = load4(p0, i);
    const y1 = load4(p1, i);
    const y2 = load4(p2, i);
    const even = f32x4.add(y0, y2);
    store4(out, i, y0);
    store4(out + step, i, f32x4.add(even, y1));
    store4(out + 2 * step, i, f32x4.sub(even, y1));
    store4(out + 3 * step, i, madd(four, y2, madd(two, y1, y0)));
    store4(out + 5 * step, i, y2);
  }
}

function accumulate(q: usize, i: usize, value: v128): void {
  store4(q, i, f32x4.add(load4(q, i), value));
}
