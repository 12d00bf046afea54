// Winograd's filter transform G and its adjoint, as loops over channels; the matrices stand in transforms.ts.

import { load4, madd, splat, store4 } from "../shared/simd";

const CONSTANTS = memory.data<f32>([0.25, 0.16666666666666666, 0.041666666666666664, 2, 4, 0.08333333333333333]);

/** Slots 0 … 5, `step` bytes apart from `out`, = G·(p0, p1, p2). */
export function filter(out: usize, step: usize, p0: usize, p1: usize, p2: usize, c: usize): void {
  const quarter = splat(CONSTANTS, 0);
  const sixth = splat(CONSTANTS, 1);
  const small = splat(CONSTANTS, 2);
  const two = splat(CONSTANTS, 3);
  const four = splat(CONSTANTS, 4);
  for (let i: usize = 0; i < c; i += 4) {
    const g0 = load4(p0, i);
    const g1 = load4(p1, i);
    const g2 = load4(p2, i);
    const outer = f32x4.neg(f32x4.mul(sixth, f32x4.add(g0, g2)));
    const inner = f32x4.mul(sixth, g1);
    const even = f32x4.mul(small, madd(four, g2, g0));
    const odd = f32x4.mul(small, f32x4.mul(two, g1));
    store4(out, i, f32x4.mul(quarter, g0));
    store4(out + step, i, f32x4.sub(outer, inner));
    store4(out + 2 * step, i, f32x4.add(outer, inner));
    store4(out + 3 * step, i, f32x4.add(even, odd));
    store4(out + 4 * step, i, f32x4.sub(even, odd));
    store4(out + 5 * step, i, g2);
  }
}

/** (q0, q1, q2) = Gᵀ·(slots 0 … 5 at p, `step` bytes apart). */
export function filterAdjoint(q0: usize, q1: usize, q2: usize, p: usize, step: usize, c: usize): void {
  const quarter = splat(CONSTANTS, 0);
  const sixth = splat(CONSTANTS, 1);
  const small = splat(CONSTANTS, 2);
  const twelfth = splat(CONSTANTS, 5);
  for (let i: usize = 0; i < c; i += 4) {
    const u1 = load4(p + step, i);
    const u2 = load4(p + 2 * step, i);
    const u3 = load4(p + 3 * step, i);
    const u4 = load4(p + 4 * step, i);
    const sum12 = f32x4.mul(sixth, f32x4.add(u1, u2));
    const sum34 = f32x4.add(u3, u4);
    store4(q0, i, madd(small, sum34, f32x4.sub(f32x4.mul(quarter, load4(p, i)), sum12)));
    store4(q1, i, madd(twelfth, f32x4.sub(u3, u4), f32x4.mul(sixth, f32x4.sub(u2, u1))));
    store4(q2, i, f32x4.add(load4(p + 5 * step, i), f32x4.sub(f32x4.mul(sixth, sum34), sum12)));
  }
}
