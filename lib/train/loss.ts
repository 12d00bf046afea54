// @internal What is minimised, and what outputs that belong to labels must be.

import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import type { AnyDataset } from "../data/dataset.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Of the model's output for a batch and of its labels (i32) or targets (f32), a scalar: the mean over the batch's
 * samples, so that sums over batches of different sizes come out right. It is made of the library's operations.
 *
 * @example const mse: Loss = (output, target) => mean(mul(sub(output, target), sub(output, target)));
 */
export type Loss = {
  // As a method, so that one whose target is a Tensor<"f32"> is a Loss too: which it gets follows from the data set.
  of(output: Tensor<"f32">, target: Tensor): Tensor<"f32">;
}["of"];

/** @throws {ShapeError} the loss gives no scalar; or output and f32 target would broadcast, as [N, 1] and [N] to [N, N] */
export function scalarLoss(op: string, loss: Loss, output: Tensor<"f32">, target: Tensor): Tensor<"f32"> {
  const [a, b] = [output.shape, target.shape];
  const without1s = (shape: Shape): Shape => shape.filter((dim) => dim !== 1);
  if (target.dtype === "f32" && !sameShape(a, b) && sameShape(without1s(a), without1s(b))) {
    throw new ShapeError(
      `${op}: the outputs are ${formatShape(a)}, but the targets ${formatShape(b)}, and would broadcast; reshape the targets.`,
      { output: a, target: b },
    );
  }
  const value = loss(output, target);
  checkTensor(op, "what loss returns", value);
  if (value.size === 1) return value;
  throw new ShapeError(
    `${op}: the loss must give a scalar; got ${formatShape(value.shape)}. Reduce it, e.g. mean(loss).`,
    { shape: value.shape },
  );
}

/** @throws {OptionError} a data set with targets, and no loss: whether a cross-entropy makes sense of them is not known */
export function checkLoss(op: string, { name, hasLabels }: AnyDataset, loss: Loss | undefined): void {
  if (hasLabels || loss) return;
  throw new OptionError(
    `${op}: ${name} has targets, no labels: give a loss for them, e.g. ` +
      "loss: (output, target) => mean(mul(sub(output, target), sub(output, target))); or crossEntropy, where they are probabilities.",
    { name },
  );
}

/**
 * @throws {ShapeError} the output has not a row of logits for each label
 * @throws {DataError} a label that it has no logit for
 */
export function checkLogits(op: string, output: Tensor<"f32">, labels: Tensor): void {
  const [rows, classes] = output.shape;
  if (output.shape.length !== 2 || rows !== labels.size) {
    throw new ShapeError(
      `${op}: the outputs for ${labels.size} labels must be logits, [${labels.size}, classes]; got ${formatShape(output.shape)}.`,
      { output: output.shape, labels: labels.shape },
    );
  }
  checkIndices(op, "label", labels.values, classes);
}
