import { defineOp } from "../autograd/define_op.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { empty } from "../tensor/create.ts";
import { checkRank } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gemm } from "./gemm.ts";
import { reduceAxes } from "./reduce.ts";

/**
 * A fully connected layer: y[n,j] = b[j] + Σ_i x[n,i]·w[i,j].
 *
 * @param x [N, In] f32
 * @param w [In, Out]
 * @param b [Out], or null for none
 * @returns [N, Out]
 * @throws {ShapeError} ranks or sizes that do not fit
 *
 * Cost: 2·N·In·Out flops. Backward: dx = dy·wᵀ, dw = xᵀ·dy, db = Σ_n dy. Saves x and w.
 * @example linear(x, w, b) // [64, 512], [512, 10], [10] → [64, 10]
 */
export const linear = defineOp("linear", {
  inputs: { x: "f32", w: "f32", b: "f32?" },
  forward({ save }, x: Tensor, w: Tensor, b: Tensor | null = null) {
    checkRank("linear", "x", x.shape, 2, "[N, In]");
    checkRank("linear", "w", w.shape, 2, "[In, Out]");
    const [m, k] = x.shape;
    const n = w.shape[1];
    if (w.shape[0] !== k || (b && (b.shape.length !== 1 || b.size !== n))) {
      throw new ShapeError(
        `linear: shapes do not fit; x is ${formatShape(x.shape)}, w is ${formatShape(w.shape)}, ` +
          `b is ${b ? formatShape(b.shape) : "null"}; expected x [N, In], w [In, Out], b [Out].`,
        { x: x.shape, w: w.shape, b: b?.shape ?? null },
      );
    }
    const y = empty([m, n]);
    gemm(y, x, w, { m, n, k, bias: b });
    save(x, w);
    return y;
  },
  backward({ args: [, , b], saved: [x, w], needs }, dy) {
    const [m, k] = x.shape;
    const n = w.shape[1];
    const dx = needs[0] ? empty(x.shape) : null;
    const dw = needs[1] ? empty(w.shape) : null;
    if (dx) gemm(dx, dy, w, { m, n: k, k: n, transposeB: true });
    if (dw) gemm(dw, x, dy, { m: k, n, k: m, transposeA: true });
    return b ? [dx, dw, needs[2] ? reduceAxes("sum_f32", dy, [0]) : null] : [dx, dw];
  },
});
