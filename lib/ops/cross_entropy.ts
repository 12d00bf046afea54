import { defineOp } from "../autograd/define_op.ts";
import { checkOptions, oneOf, type Rule, upTo1 } from "../base/check.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty, tensor } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import { checkRank, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { broadcastBinary } from "./broadcast.ts";
import { div } from "./div.ts";
import { logSoftmax } from "./log_softmax.ts";
import { mul } from "./mul.ts";
import { reduceAxes } from "./reduce.ts";
import { sum } from "./sum.ts";

export interface CrossEntropyOptions {
  /** The share ε of the target that is spread over all classes, 0 to 1; default 0. */
  labelSmoothing?: number;
  /** How the losses of the batch become the result: a scalar, or with "none" one for each; default "mean". */
  reduction?: "mean" | "sum" | "none";
}

const ofLabels = defineOp("crossEntropy", {
  inputs: { logits: "f32", labels: "i32" },
  forward({ save }, logits: Tensor, labels: Tensor, options: CrossEntropyOptions) {
    const { labelSmoothing = 0, reduction = "mean" } = options;
    checkLabels(logits, labels);
    const [n, classes] = logits.shape;
    const losses = empty([n]);
    parallelFor("cross_entropy_f32", n, losses, logits, labels, classes, labelSmoothing);
    save(logits, labels);
    if (reduction === "none") return losses;
    const total = reduceAxes("sum_f32", losses, [0]);
    return reduction === "sum" ? total : broadcastBinary("div_f32", total, tensor(n));
  },
  backward({ args: [, , options], saved: [logits, labels] }, dy) {
    // Again: a write to an array that was asked for before goes unnoticed.
    checkLabels(logits, labels);
    const { labelSmoothing = 0, reduction = "mean" } = options;
    const [n, classes] = logits.shape;
    const divisor = reduction === "mean" ? n : 1;
    const dyStep = reduction === "none" ? 1 : 0;
    const dx = empty(logits.shape);
    parallelFor("cross_entropy_backward_f32", n, dx, dy, logits, labels, classes, labelSmoothing, divisor, dyStep);
    return [dx, null];
  },
});

/**
 * Cross-entropy of the softmax of the logits against labels, or against probabilities:
 *
 *   loss = −Σ_c t_c·ln softmax(x)_c,  t = (1 − ε)·[c = label] + ε/C, or (1 − ε)·p_c + ε/C
 *
 * @param logits [N, C] f32
 * @param target labels, [N] i32, each in 0 … C − 1; or p, [N, C] f32, such as one-hot rows: taken as they are,
 *   whether they sum to 1 or not
 * @returns a scalar, or [N] with reduction "none"
 * @throws {ShapeError} wrong ranks, or sizes that differ
 * @throws {DTypeError} logits that are not f32, a target that is neither i32 nor f32
 * @throws {DataError} a label outside 0 … C − 1
 * @throws {OptionError} a smoothing outside 0 … 1, an unknown reduction, or an option of another name
 *
 * Cost: three passes over the logits, stable for logits of any size; about twice that for probabilities. Backward:
 * (softmax(x)·Σt − t)·dy, over N for the mean, and for p what its formula says. Saves the logits and the target.
 * Source: Szegedy et al. 2015, arXiv:1512.00567 (label smoothing); definitions as PyTorch's.
 * @example crossEntropy(model.forward(x), y, { labelSmoothing: 0.1 })
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor<"f32"> {
  checkOptions("crossEntropy", options, CROSS_ENTROPY_RULES);
  checkTensor("crossEntropy", "logits", logits);
  checkTensor("crossEntropy", "target", target, "any");
  checkRank("crossEntropy", "logits", logits.shape, 2, "[N, C]");
  return target.dtype === "f32" ? ofProbabilities(logits, target, options) : ofLabels(logits, target, options);
}

const CROSS_ENTROPY_RULES: Readonly<Record<keyof CrossEntropyOptions, Rule>> = {
  labelSmoothing: upTo1,
  reduction: /* @__PURE__ */ oneOf("mean", "sum", "none"),
};

function ofProbabilities(logits: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor<"f32"> {
  const { labelSmoothing = 0, reduction = "mean" } = options;
  const [n, classes] = logits.shape;
  if (!sameShape(logits.shape, target.shape)) {
    throw new ShapeError(
      `crossEntropy: logits are ${formatShape(logits.shape)}, the target ${formatShape(target.shape)} f32; ` +
        'it must be [N, C] as well, or labels, [N] i32: tensor(labels, undefined, "i32").',
      { logits: logits.shape, target: target.shape },
    );
  }
  const logs = logSoftmax(logits);
  const kept = labelSmoothing > 0 ? mul(target, 1 - labelSmoothing) : null;
  const smoothed = kept && add(kept, labelSmoothing / classes);
  const terms = mul(smoothed ?? target, logs);
  const total = sum(terms, reduction === "none" ? 1 : undefined);
  return consuming(div(total, reduction === "mean" ? -n : -1), logs, kept, smoothed, terms, total);
}

function checkLabels(logits: Tensor, labels: Tensor): void {
  checkRank("crossEntropy", "labels", labels.shape, 1, "[N]");
  const [n, classes] = logits.shape;
  if (labels.shape[0] !== n) {
    throw new ShapeError(
      `crossEntropy: one label for each row of logits is needed; logits are ${formatShape(logits.shape)}, ` +
        `labels ${formatShape(labels.shape)}.`,
      { logits: logits.shape, labels: labels.shape },
    );
  }
  checkIndices("crossEntropy", "label", labels.values, classes);
}
