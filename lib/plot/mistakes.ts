// worstMistakes: what a model got wrong, the most certain of it first.

import { noGrad } from "../autograd/grad_mode.ts";
import { checkOptions, integer, oneOf, type Rule } from "../base/check.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { log } from "../ops/log.ts";
import { logSoftmax } from "../ops/log_softmax.ts";
import { softmax } from "../ops/softmax.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { largestOf } from "../train/predicted_classes.ts";

export interface Mistake {
  /** The row among those given. */
  index: number;
  label: number;
  predicted: number;
  /** The probability of what was predicted, in [0, 1]. */
  confidence: number;
  /** Cross-entropy, −log of the label's probability. */
  loss: number;
}

export interface MistakeOptions {
  /** At most this many; default 24. */
  count?: number;
  /** What the rows hold; default "logits". */
  rows?: "logits" | "probabilities";
  /** What is worst: to be surest of the wrong class, or to think least of the right one; default "confidence". */
  by?: "confidence" | "loss";
}

/** @internal What the options must be. */
export const MISTAKE_RULES: Readonly<Record<keyof MistakeOptions, Rule>> = {
  count: /* @__PURE__ */ integer(0),
  rows: /* @__PURE__ */ oneOf("logits", "probabilities"),
  by: /* @__PURE__ */ oneOf("confidence", "loss"),
};

/**
 * The worst of the rows that speak loudest for a class other than their label's, the worst first; among equals the
 * first.
 *
 * @param scores [N, classes]: logits, or probabilities where `rows` says so
 * @param labels [N]
 * @throws {ShapeError} other ranks, or different numbers of rows
 * @throws {DataError} a label that is no class
 * @throws {OptionError} count is not an integer ≥ 0, or an unknown name
 * @example
 *   const worst = worstMistakes(noGrad(() => model.forward(x)), y, { count: 12 });
 *   const picture = contactSheet(images, worst);
 */
export function worstMistakes(
  scores: Tensor<"f32">,
  labels: Tensor<"u8" | "i32">,
  options: MistakeOptions = {},
): Mistake[] {
  checkOptions("worstMistakes", options, MISTAKE_RULES);
  check(scores, labels);
  const { rows = "logits" } = options;
  const [n, classes] = scores.shape;
  if (n === 0) return [];
  const wrong = scope(() =>
    noGrad(() => {
      // The library's own operations: the order must not hang on how a host rounds exp.
      const isLogits = rows === "logits";
      const probabilities = isLogits ? softmax(scores) : scores;
      const logs = isLogits ? logSoftmax(scores) : log(scores);
      const [z, p, logP] = [scores.data, probabilities.data, logs.data];
      const found: Mistake[] = [];
      labels.data.forEach((label: number, index: number) => {
        const row = index * classes;
        const predicted = largestOf(z, row, classes);
        if (predicted === label) return;
        found.push({ index, label, predicted, confidence: p[row + predicted], loss: -logP[row + label] });
      });
      return found;
    }),
  );
  return worst(wrong, options);
}

/** @internal The worst of them, the worst first; among equals the one of the lower index. */
export function worst(
  mistakes: Mistake[],
  { count = 24, by = "confidence" }: Pick<MistakeOptions, "count" | "by">,
): Mistake[] {
  // What is no number is worst of all; and Infinity − Infinity would be no order.
  const badness = (mistake: Mistake): number => (Number.isNaN(mistake[by]) ? Number.POSITIVE_INFINITY : mistake[by]);
  const order = (a: Mistake, b: Mistake): number =>
    badness(a) === badness(b) ? a.index - b.index : badness(b) - badness(a);
  return mistakes.sort(order).slice(0, count);
}

function check(scores: Tensor, labels: Tensor): void {
  checkTensor("worstMistakes", "scores", scores);
  checkTensor("worstMistakes", "labels", labels, labels?.dtype === "u8" ? "u8" : "i32");
  if (scores.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== scores.shape[0]) {
    throw new ShapeError(
      `worstMistakes: scores must be [N, classes] and labels [N]; got ${formatShape(scores.shape)} and ${formatShape(labels.shape)}.`,
      { scores: scores.shape, labels: labels.shape },
    );
  }
  checkIndices("worstMistakes", "label", labels.values, scores.shape[1]);
}
