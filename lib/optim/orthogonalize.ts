import { gemm } from "../ops/gemm.ts";
import { mul } from "../ops/mul.ts";
import { sum } from "../ops/sum.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** a, b, c of a·s + b·s³ + c·s⁵: steep at 0, and about 1 from 0.7 to 1.2. After five of them every s is there. */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;
const STEPS = 5;
/** Of a gradient of zeros, the result is zeros. */
const SMALLEST_NORM = 1e-7;

/**
 * @internal The matrix whose singular values are all about 1 (0.7 to 1.2), with x's singular vectors, by Newton and Schulz's iteration,
 * which needs nothing but products:
 *
 *   y ← x/‖x‖;  five times y ← a·y + y·(b·s + c·s²), s = yᵀ·y    from the left, with y·yᵀ, where x is wider than it is high
 *
 * Singular values below about 0.005 of ‖x‖ come less far.
 *
 * @param x [M, N]
 * @returns [M, N]
 *
 * Cost: 20·M·N·K + 10·K³ flops, K = min(M, N). Not differentiable.
 * Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks, https://kellerjordan.github.io/posts/muon.
 */
export function orthogonalize(x: Tensor<"f32">): Tensor<"f32"> {
  const [m, n] = x.shape;
  const [a, b, c] = QUINTIC;
  const isTall = m >= n;
  const k = isTall ? n : m;
  let y = mul(x, 1 / Math.max(Math.sqrt(sum(mul(x, x)).item()), SMALLEST_NORM));
  for (let step = 0; step < STEPS; step++) {
    const s = empty([k, k]);
    if (isTall) gemm(s, y, y, { m: k, n: k, k: m, transposeA: true });
    else gemm(s, y, y, { m: k, n: k, k: n, transposeB: true });
    // c·s² + b·s, and then a·y + the product with it: what is added to stands in the result already.
    const factor = mul(s, b);
    gemm(factor, mul(s, c), s, { m: k, n: k, k, accumulate: true });
    const next = mul(y, a);
    if (isTall) gemm(next, y, factor, { m, n, k, accumulate: true });
    else gemm(next, factor, y, { m, n, k, accumulate: true });
    y = next;
  }
  return y;
}
