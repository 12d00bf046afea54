// Winograd's filter transform G and its adjoint, as loops over channels; points and the other matrices in transforms.ts.
//
//       ⎡   1       0      0  ⎤
//       ⎢−81/130 −27/65 −18/65⎥  1/N, p/N, p²/N at the point p, N = Π (p − p′) over the other finite points p′
//   G = ⎢−81/130  27/65 −18/65⎥
//       ⎢  8/65   12/65  18/65⎥
//       ⎢  8/65  −12/65  18/65⎥
//       ⎣   0       0      1  ⎦

import { load4, madd, splat, store4 } from "../shared/simd";

const A = memory.data<f32>([-0.6230769230769231, -0.4153846153846154, -0.27692307692307694]);
const B = memory.data<f32>([0.12307692307692308, 0.18461538461538463, 0.27692307692307694]);

/** Slots 0 … 5, `step` bytes apart from `out`, = G·(p0, p1, p2). */
export function filter(out: usize, step: usize, p0: usize, p1: usize, p2: usize, c: usize): void {
  const a0 = splat(A, 0);
  const a1 = splat(A, 1);
  const a2 = splat(A, 2);
  const b0 = splat(B, 0);
  const b1 = splat(B, 1);
  const b2 = splat(B, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const g0 = load4(p0, i);
    const g1 = load4(p1, i);
    const g2 = load4(p2, i);
    const evenA = madd(a0, g0, f32x4.mul(a2, g2));
    const oddA = f32x4.mul(a1, g1);
    const evenB = madd(b0, g0, f32x4.mul(b2, g2));
    const oddB = f32x4.mul(b1, g1);
    store4(out, i, g0);
    store4(out + step, i, f32x4.add(evenA, oddA));
    store4(out + 2 * step, i, f32x4.sub(evenA, oddA));
    store4(out + 3 * step, i, f32x4.add(evenB, oddB));
    store4(out + 4 * step, i, f32x4.sub(evenB, oddB));
    store4(out + 5 * step, i, g2);
  }
}

/** (q0, q1, q2) = Gᵀ·(slots 0 … 5 at p, `step` bytes apart). */
export function filterAdjoint(q0: usize, q1: usize, q2: usize, p: usize, step: usize, c: usize): void {
  const a0 = splat(A, 0);
  const a1 = splat(A, 1);
  const b0 = splat(B, 0);
  const b1 = splat(B, 1);
  const b2 = splat(B, 2);
  for (let i: usize = 0; i < c; i += 4) {
    const u1 = load4(p + step, i);
    const u2 = load4(p + 2 * step, i);
    const u3 = load4(p + 3 * step, i);
    const u4 = load4(p + 4 * step, i);
    const evenA = f32x4.add(u1, u2);
    const evenB = f32x4.add(u3, u4);
    store4(q0, i, madd(b0, evenB, madd(a0, evenA, load4(p, i))));
    store4(q1, i, madd(b1, f32x4.sub(u3, u4), f32x4.mul(a1, f32x4.sub(u1, u2))));
    store4(q2, i, madd(b2, f32x4.sub(evenB, evenA), load4(p + 5 * step, i)));
  }
}
