// Winograd's matrices, as loops over channels: each takes and gives one value per channel, four at a time.
//
// F(m,3) computes m outputs of a 3-tap filter from m + 2 inputs with m + 2 products:
//   y = Aᵀ[(G·g) ∘ (Bᵀ·d)]
// F(4,3) stands on the points {0, a, −a, b, −b, ∞} with a = 2/3 and b = 3/2, F(3,3) on the same without −b. So F(3,3)
// shares F(4,3)'s transformed filter, with slot 4 left out, once the ratio of their scales, p + b at the point p, is moved
// into its Bᵀ (factors b, a + b, b − a, 2b, 1). A slot is a point's index in the first list. With ab = 1, s = a² + b² and
// δ = b² − a²:
//
//        ⎡1   0  −s   0  1  0⎤         ⎡1    −a   −b²   b   0⎤              ⎡1  1  1  1  1 0⎤
//        ⎢0  −b  −b²  a  1  0⎥         ⎢0  −a−b   −δ   a+b  0⎥        A₄ᵀ = ⎢0  a −a  b −b 0⎥   A₃ᵀ: its 3 first rows,
//   B₄ᵀ= ⎢0   b  −b² −a  1  0⎥   B₃ᵀ = ⎢0   b−a   −δ   b−a  0⎥              ⎢0 a² a² b² b² 0⎥   no −b, and a 1 for ∞
//        ⎢0  −a  −a²  b  1  0⎥         ⎢0   −2a    0   2b   0⎥              ⎣0 a³−a³ b³−b³ 1⎦   in the last
//        ⎢0   a  −a² −b  1  0⎥         ⎢                     ⎥
//        ⎣0   1   0  −s  0  1⎦         ⎣0    a   −a²  −b    1⎦
//
// G stands in filter.ts. The gradients use the transposes (adjoints) of the same matrices.
//
// Inputs are pointers p0 …, outputs stand `step` bytes apart from `out`, or at separate pointers q0 ….
// c: channels, a multiple of 4. Numerics: points and their inverses, so that no power of one grows large: the error is half
// that of the usual {0, 1, −1, 2, −2, ∞}, about twice that of the definition (docs/log.md). Tested in
// test/kernels/winograd.test.ts.
// Source: Lavin & Gray 2015, arXiv:1509.09308; Alam et al. 2022, arXiv:2201.10369 (points c, −c, 1/c, −1/c).

import { load4, madd, splat, store4 } from "../shared/simd";

const A = memory.data<f32>([0.6666666666666666, 0.4444444444444444, 0.2962962962962963]); // a, a², a³
const B = memory.data<f32>([1.5, 2.25, 3.375]); // b, b², b³
const MINUS = memory.data<f32>([-0.4444444444444444, -2.25, -2.6944444444444446, -1.8055555555555556]); // a², b², s, δ

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
  const a = splat(A, 0);
  const b = splat(B, 0);
  const minusA2 = splat(MINUS, 0);
  const minusB2 = splat(MINUS, 1);
  const minusSum = splat(MINUS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const d1 = load4(p1, i);
    const d2 = load4(p2, i);
    const d3 = load4(p3, i);
    const d4 = load4(p4, i);
    const evenA = madd(minusB2, d2, d4);
    const oddA = f32x4.mul(a, madd(minusB2, d1, d3));
    const evenB = madd(minusA2, d2, d4);
    const oddB = f32x4.mul(b, madd(minusA2, d1, d3));
    store4(out, i, madd(minusSum, d2, f32x4.add(load4(p0, i), d4)));
    store4(out + step, i, f32x4.add(evenA, oddA));
    store4(out + 2 * step, i, f32x4.sub(evenA, oddA));
    store4(out + 3 * step, i, f32x4.add(evenB, oddB));
    store4(out + 4 * step, i, f32x4.sub(evenB, oddB));
    store4(out + 5 * step, i, madd(minusSum, d3, f32x4.add(d1, load4(p5, i))));
  }
}

/** Slots 0, 1, 2, 3, 5 = B₃ᵀ·(p0 … p4). */
export function input3(out: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, c: usize): void {
  const a = splat(A, 0);
  const b = splat(B, 0);
  const minusA2 = splat(MINUS, 0);
  const minusB2 = splat(MINUS, 1);
  const minusDelta = splat(MINUS, 3);
  for (let i: usize = 0; i < c; i += 4) {
    const d1 = load4(p1, i);
    const d2 = load4(p2, i);
    const d3 = load4(p3, i);
    const oddA = f32x4.mul(a, madd(minusB2, d1, d3));
    const oddB = f32x4.mul(b, madd(minusA2, d1, d3));
    const even = madd(minusDelta, d2, oddB);
    store4(out, i, madd(minusB2, d2, f32x4.add(load4(p0, i), oddB)));
    store4(out + step, i, f32x4.add(even, oddA));
    store4(out + 2 * step, i, f32x4.sub(even, oddA));
    store4(out + 3 * step, i, f32x4.add(oddB, oddB));
    store4(out + 5 * step, i, f32x4.sub(madd(minusA2, d2, load4(p4, i)), oddB));
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
  const a = splat(A, 0);
  const b = splat(B, 0);
  const minusA2 = splat(MINUS, 0);
  const minusB2 = splat(MINUS, 1);
  const minusSum = splat(MINUS, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const t0 = load4(p, i);
    const t5 = load4(p + 5 * step, i);
    const t1 = load4(p + step, i);
    const t2 = load4(p + 2 * step, i);
    const t3 = load4(p + 3 * step, i);
    const t4 = load4(p + 4 * step, i);
    const evenA = f32x4.add(t1, t2);
    const oddA = f32x4.mul(a, f32x4.sub(t1, t2));
    const evenB = f32x4.add(t3, t4);
    const oddB = f32x4.mul(b, f32x4.sub(t3, t4));
    store4(q0, i, f32x4.add(load4(q0, i), t0));
    store4(q1, i, f32x4.add(load4(q1, i), madd(minusB2, oddA, madd(minusA2, oddB, t5))));
    store4(q2, i, f32x4.add(load4(q2, i), madd(minusB2, evenA, madd(minusA2, evenB, f32x4.mul(minusSum, t0)))));
    store4(q3, i, f32x4.add(load4(q3, i), madd(minusSum, t5, f32x4.add(oddA, oddB))));
    store4(q4, i, f32x4.add(load4(q4, i), f32x4.add(f32x4.add(t0, evenA), evenB)));
    store4(q5, i, f32x4.add(load4(q5, i), t5));
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
  const a = splat(A, 0);
  const b = splat(B, 0);
  const minusA2 = splat(MINUS, 0);
  const minusB2 = splat(MINUS, 1);
  const minusDelta = splat(MINUS, 3);
  for (let i: usize = 0; i < c; i += 4) {
    const t0 = load4(p, i);
    const t1 = load4(p + step, i);
    const t2 = load4(p + 2 * step, i);
    const t3 = load4(p + 3 * step, i);
    const t5 = load4(p + 5 * step, i);
    const even = f32x4.add(t1, t2);
    const oddA = f32x4.mul(a, f32x4.sub(t1, t2));
    const oddB = f32x4.mul(b, f32x4.add(f32x4.sub(t0, t5), f32x4.add(even, f32x4.add(t3, t3))));
    store4(q0, i, f32x4.add(load4(q0, i), t0));
    store4(q1, i, f32x4.add(load4(q1, i), madd(minusB2, oddA, f32x4.mul(minusA2, oddB))));
    store4(q2, i, f32x4.add(load4(q2, i), madd(minusDelta, even, madd(minusA2, t5, f32x4.mul(minusB2, t0)))));
    store4(q3, i, f32x4.add(load4(q3, i), f32x4.add(oddA, oddB)));
    store4(q4, i, f32x4.add(load4(q4, i), t5));
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
  const a = splat(A, 0);
  const a2 = splat(A, 1);
  const a3 = splat(A, 2);
  const b = splat(B, 0);
  const b2 = splat(B, 1);
  const b3 = splat(B, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const m1 = load4(p + step, i);
    const m2 = load4(p + 2 * step, i);
    const m3 = load4(p + 3 * step, i);
    const m4 = load4(p + 4 * step, i);
    const offset = load4(bias, i);
    const evenA = f32x4.add(m1, m2);
    const oddA = f32x4.sub(m1, m2);
    const evenB = f32x4.add(m3, m4);
    const oddB = f32x4.sub(m3, m4);
    store4(q0, i, f32x4.add(f32x4.add(offset, load4(p, i)), f32x4.add(evenA, evenB)));
    store4(q1, i, madd(b, oddB, madd(a, oddA, offset)));
    store4(q2, i, madd(b2, evenB, madd(a2, evenA, offset)));
    store4(q3, i, f32x4.add(madd(b3, oddB, madd(a3, oddA, offset)), load4(p + 5 * step, i)));
  }
}

/** (q0 … q2) = A₃ᵀ·(slots 0, 1, 2, 3, 5 at p) + bias. */
export function output3(q0: usize, q1: usize, q2: usize, p: usize, step: usize, bias: usize, c: usize): void {
  const a = splat(A, 0);
  const a2 = splat(A, 1);
  const b = splat(B, 0);
  const b2 = splat(B, 1);
  for (let i: usize = 0; i < c; i += 4) {
    const m1 = load4(p + step, i);
    const m2 = load4(p + 2 * step, i);
    const m3 = load4(p + 3 * step, i);
    const offset = load4(bias, i);
    const even = f32x4.add(m1, m2);
    store4(q0, i, f32x4.add(f32x4.add(offset, load4(p, i)), f32x4.add(even, m3)));
    store4(q1, i, madd(b, m3, madd(a, f32x4.sub(m1, m2), offset)));
    store4(q2, i, f32x4.add(madd(b2, m3, madd(a2, even, offset)), load4(p + 5 * step, i)));
  }
}

/** Slots 0 … 5 = A₄·(p0 … p3). */
export function outputAdjoint4(out: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize, c: usize): void {
  const a = splat(A, 0);
  const a2 = splat(A, 1);
  const a3 = splat(A, 2);
  const b = splat(B, 0);
  const b2 = splat(B, 1);
  const b3 = splat(B, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const y0 = load4(p0, i);
    const y1 = load4(p1, i);
    const y2 = load4(p2, i);
    const y3 = load4(p3, i);
    const evenA = madd(a2, y2, y0);
    const oddA = madd(a3, y3, f32x4.mul(a, y1));
    const evenB = madd(b2, y2, y0);
    const oddB = madd(b3, y3, f32x4.mul(b, y1));
    store4(out, i, y0);
    store4(out + step, i, f32x4.add(evenA, oddA));
    store4(out + 2 * step, i, f32x4.sub(evenA, oddA));
    store4(out + 3 * step, i, f32x4.add(evenB, oddB));
    store4(out + 4 * step, i, f32x4.sub(evenB, oddB));
    store4(out + 5 * step, i, y3);
  }
}

/** Slots 0, 1, 2, 3, 5 = A₃·(p0 … p2). */
export function outputAdjoint3(out: usize, step: usize, p0: usize, p1: usize, p2: usize, c: usize): void {
  const a = splat(A, 0);
  const a2 = splat(A, 1);
  const b = splat(B, 0);
  const b2 = splat(B, 1);
  for (let i: usize = 0; i < c; i += 4) {
    const y0 = load4(p0, i);
    const y1 = load4(p1, i);
    const y2 = load4(p2, i);
    const even = madd(a2, y2, y0);
    const odd = f32x4.mul(a, y1);
    store4(out, i, y0);
    store4(out + step, i, f32x4.add(even, odd));
    store4(out + 2 * step, i, f32x4.sub(even, odd));
    store4(out + 3 * step, i, madd(b2, y2, madd(b, y1, y0)));
    store4(out + 5 * step, i, y2);
  }
}
