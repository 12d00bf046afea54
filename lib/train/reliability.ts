// reliabilityOf: whether a classifier is right as often as it says that it is.

import { check, checkOptions, integer, oneOf } from "../base/check.ts";
import { ShapeError } from "../base/errors.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface ReliabilityOptions {
  /** How many groups the answers are put into, an integer from 1 to 1000; default 15. */
  bins?: number;
  /** "width": groups of equally wide confidence; default. "mass": of equally many answers, the least sure first. */
  by?: "width" | "mass";
}

export interface ReliabilityBin {
  readonly count: number;
  /** Means over its answers; 0 where there are none. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: Σ count/n·|accuracy − confidence|, from 0 to 1. */
  readonly error: number;
  readonly accuracy: number;
  /** Mean confidence: the probability of the class that is answered. */
  readonly confidence: number;
  /** Mean negative logarithm of the label's probability. */
  readonly loss: number;
}

/**
 * Answers grouped by how sure the classifier is of them, and in each group how many are right.
 *
 * @param logits [N, classes] f32
 * @param labels [N], each a class
 * @throws {ShapeError} other shapes, or no answers
 * @throws {OptionError} bins is not an integer from 1 to 1000, by none of the two, or an option of another name
 *
 * Source: Naeini, Cooper & Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning.
 * @example const { error } = reliabilityOf(predict(model, test), test.labels); // 0.004: 0.4 % off
 */
export function reliabilityOf(
  logits: Tensor<"f32">,
  labels: Tensor<"u8" | "i32">,
  options: ReliabilityOptions = {},
): Reliability {
  checkTensor("reliabilityOf", "logits", logits, "f32");
  checkTensor("reliabilityOf", "labels", labels, "any");
  checkOptions("reliabilityOf", options, { bins: integer(1, 1000), by: oneOf("width", "mass") });
  const { bins: groups = 15, by = "width" } = options;
  const [n = 0, classes = 0] = logits.shape;
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== n || n === 0) {
    throw new ShapeError(
      `reliabilityOf: logits must be [N, classes] and labels [N], N ≥ 1; got [${logits.shape.join(", ")}] and [${labels.shape.join(", ")}].`,
      { logits: logits.shape, labels: labels.shape },
    );
  }
  for (const label of labels.values) check("reliabilityOf", "a label", label, integer(0, classes - 1));
  const answers = Array.from({ length: n }, (_, i) =>
    answerOf(logits.values.subarray(i * classes, (i + 1) * classes) as Float32Array, labels.values[i]),
  );
  const sorted = [...answers].sort((a, b) => a.confidence - b.confidence);
  const groupOf = (confidence: number, place: number): number =>
    by === "mass" ? Math.floor((place * groups) / n) : Math.min(groups - 1, Math.floor(confidence * groups));
  const members = Array.from({ length: groups }, (): Scored[] => []);
  for (const [place, answer] of sorted.entries()) members[groupOf(answer.confidence, place)].push(answer);
  const bins = members.map((each) => ({
    count: each.length,
    confidence: mean(each, ({ confidence }) => confidence),
    accuracy: mean(each, ({ isRight }) => (isRight ? 1 : 0)),
  }));
  return {
    bins,
    error: bins.reduce(
      (sum, { count, confidence, accuracy }) => sum + (count / n) * Math.abs(accuracy - confidence),
      0,
    ),
    accuracy: mean(answers, ({ isRight }) => (isRight ? 1 : 0)),
    confidence: mean(answers, ({ confidence }) => confidence),
    loss: mean(answers, ({ loss }) => loss),
  };
}

interface Scored {
  confidence: number;
  isRight: boolean;
  loss: number;
}

function answerOf(logits: Float32Array, label: number): Scored {
  let largest = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[largest]) largest = k;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[largest]);
  return { confidence: 1 / sum, isRight: largest === label, loss: Math.log(sum) - (logits[label] - logits[largest]) };
}

function mean(answers: readonly Scored[], of: (answer: Scored) => number): number {
  return answers.length === 0 ? 0 : answers.reduce((sum, answer) => sum + of(answer), 0) / answers.length;
}
