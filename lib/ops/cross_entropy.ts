import { defineOp } from "../autograd/define_op.ts";
import { DataError, formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty, tensor } from "../tensor/create.ts";
import { checkRank } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastBinary } from "./broadcast.ts";
import { reduceAxes } from "./reduce.ts";

export interface CrossEntropyOptions {
  /** The share ε of the target that is spread over all classes, 0 to 1; default 0. */
  labelSmoothing?: number;
  /** How the losses of the batch become the result: a scalar, or with "none" one for each; default "mean". */
  reduction?: "mean" | "sum" | "none";
}

/**
 * Cross-entropy of the softmax of the logits against labels:
 *
 *   loss = −Σ_c t_c·ln softmax(x)_c,  t = (1 − ε)·[c = label] + ε/C
 *
 * @param logits [N, C] f32
 * @param labels [N] i32, each in 0 … C − 1
 * @returns a scalar, or [N] with reduction "none"
 * @throws {ShapeError} wrong ranks, or N differs
 * @throws {DataError} a label outside 0 … C − 1
 * @throws {OptionError} a smoothing outside 0 … 1, an unknown reduction
 *
 * Cost: three passes over the logits, stable for logits of any size. Backward: (softmax(x) − t)·dy, over N
 * for the mean. Saves the logits and the labels.
 * Source: Szegedy et al. 2015, arXiv:1512.00567 (label smoothing); definitions as PyTorch's.
 * @example crossEntropy(model.forward(x), y, { labelSmoothing: 0.1 })
 */
export const crossEntropy = defineOp("crossEntropy", {
  dtypes: ["f32", "i32"],
  forward({ save }, logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}) {
    const { labelSmoothing = 0, reduction = "mean" } = options;
    checkArguments(logits, labels, labelSmoothing, reduction);
    const [n, classes] = logits.shape;
    const losses = empty([n]);
    parallelFor("cross_entropy_f32", n, losses.ptr, logits.ptr, labels.ptr, classes, labelSmoothing);
    save(logits, labels);
    if (reduction === "none") return losses;
    using each = losses;
    const total = reduceAxes("sum_f32", each, [0]);
    if (reduction === "sum") return total;
    using sum = total;
    using count = tensor(n);
    return broadcastBinary("div_f32", sum, count);
  },
  backward({ args: [, , options], saved: [logits, labels] }, dy) {
    const { labelSmoothing = 0, reduction = "mean" } = options ?? {};
    const [n, classes] = logits.shape;
    const divisor = reduction === "mean" ? n : 1;
    const dyStep = reduction === "none" ? 1 : 0;
    const dx = empty(logits.shape);
    const pointers = [dx.ptr, dy.ptr, logits.ptr, labels.ptr] as const;
    parallelFor("cross_entropy_backward_f32", n, ...pointers, classes, labelSmoothing, divisor, dyStep);
    return [dx, null];
  },
});

function checkArguments(logits: Tensor, labels: Tensor, labelSmoothing: number, reduction: string): void {
  checkRank("crossEntropy", "logits", logits.shape, 2, "[N, C]");
  checkRank("crossEntropy", "labels", labels.shape, 1, "[N]");
  const [n, classes] = logits.shape;
  if (labels.shape[0] !== n) {
    throw new ShapeError(
      `crossEntropy: one label for each row of logits is needed; logits are ${formatShape(logits.shape)}, ` +
        `labels ${formatShape(labels.shape)}.`,
      { logits: logits.shape, labels: labels.shape },
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OptionError(`crossEntropy: labelSmoothing must lie in 0 … 1; got ${labelSmoothing}.`, { labelSmoothing });
  }
  if (!["mean", "sum", "none"].includes(reduction)) {
    throw new OptionError(
      `crossEntropy: reduction must be "mean", "sum" or "none"; got ${JSON.stringify(reduction)}.`,
      {
        reduction,
      },
    );
  }
  const index = labels.values.findIndex((label) => label < 0 || label >= classes);
  if (index >= 0) {
    const label = labels.values[index];
    throw new DataError(
      `crossEntropy: label ${index} is ${label}, but the logits have ${classes} classes; labels must lie in 0 … ${classes - 1}.`,
      { index, label, classes },
    );
  }
}
