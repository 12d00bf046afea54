import { defineOp } from "../autograd/define_op.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { empty } from "../tensor/create.ts";
import { checkRank } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gemm } from "./gemm.ts";

/**
 * Matrix product: c[i,j] = Σ_p a[i,p]·b[p,j].
 *
 * @param a [M, K] f32
 * @param b [K, N] f32
 * @returns [M, N]
 * @throws {ShapeError} an operand is not a matrix, or the inner dimensions differ
 *
 * Cost: 2·M·N·K flops. Backward: da = dc·bᵀ, db = aᵀ·dc. Saves a and b.
 * Source: Goto & van de Geijn 2008, Anatomy of high-performance matrix multiplication.
 * @example matmul(tensor([[1, 2]]), tensor([[3], [4]])) // [[11]]
 */
export const matmul = defineOp("matmul", {
  inputs: { a: "f32", b: "f32" },
  forward({ save }, a: Tensor, b: Tensor) {
    checkRank("matmul", "a", a.shape, 2, "[M, K]");
    checkRank("matmul", "b", b.shape, 2, "[K, N]");
    const [m, k] = a.shape;
    const [kb, n] = b.shape;
    if (k !== kb) {
      throw new ShapeError(
        `matmul: inner dimensions differ; a is ${formatShape(a.shape)}, b is ${formatShape(b.shape)}; ` +
          `a's last (${k}) must equal b's first (${kb}).`,
        { a: a.shape, b: b.shape },
      );
    }
    const c = empty([m, n]);
    gemm(c, a, b, { m, n, k });
    save(a, b);
    return c;
  },
  backward({ saved: [a, b], needs }, dc) {
    const [m, k] = a.shape;
    const n = b.shape[1];
    const da = needs[0] ? empty(a.shape) : null;
    const db = needs[1] ? empty(b.shape) : null;
    if (da) gemm(da, dc, b, { m, n: k, k: n, transposeB: true });
    if (db) gemm(db, a, dc, { m: k, n, k: m, transposeA: true });
    return [da, db];
  },
});
