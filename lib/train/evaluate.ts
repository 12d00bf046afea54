// evaluate: how well a model reads a data set.

import { noGrad } from "../autograd/grad_mode.ts";
import { DataError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { runSteps, runStepsAsync } from "../runtime/steps.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBatchSize, DEFAULT_BATCH, forwardBatches } from "./forward_batches.ts";
import { accuracyOf, type ClassMetrics, type ConfusionMatrix, classMetrics, emptyConfusion } from "./metrics.ts";
import type { PredictAsyncOptions, PredictOptions } from "./predict.ts";
import { predictedClasses } from "./predicted_classes.ts";

export type EvaluateOptions = PredictOptions;

export type EvaluateAsyncOptions = PredictAsyncOptions;

export interface Evaluation {
  /** Mean cross-entropy an image, natural logarithm, without label smoothing. */
  loss: number;
  /** The part read correctly, in [0, 1]. */
  accuracy: number;
  perClass: ClassMetrics[];
  /** [actual][predicted] */
  confusion: ConfusionMatrix;
}

/**
 * Runs the model over a data set, in evaluation mode and without gradients. Each module's mode is put
 * back afterwards.
 *
 * @throws {DataError} the data set is empty, or has a label that the model has no class for
 * @throws {OptionError} batchSize is not an integer ≥ 1, or a distortion outside its limits
 * @example
 *   const { accuracy } = evaluate(model, test, { batchSize: 256 });
 *   const { accuracy: turned } = evaluate(model, test, { distort: { rotate: 15 } });
 */
export function evaluate(model: Module, dataset: Dataset, options: EvaluateOptions = {}): Evaluation {
  return runSteps(evaluationSteps(model, dataset, options));
}

/**
 * The same, but it lets the event loop run at least every 50 ms (or after each batch, where one takes
 * longer). The model stays in evaluation mode until the promise settles.
 *
 * @example const { accuracy } = await evaluateAsync(model, test, { signal });
 */
export async function evaluateAsync(
  model: Module,
  dataset: Dataset,
  options: EvaluateAsyncOptions = {},
): Promise<Evaluation> {
  const { signal, onProgress } = options;
  const onStep = (done: number): void => onProgress?.(done, dataset.size);
  return runStepsAsync(evaluationSteps(model, dataset, options), { signal, onStep });
}

/**
 * What outputs that are there already say of a data set: for whoever needs them for something else as well, since one
 * pass over the data set is then enough.
 *
 * @param logits [N, classes], as `predict(model, dataset)` gives them
 * @param labels [N]: `dataset.labels`
 * @throws {ShapeError} other ranks, or different numbers of rows
 * @throws {DataError} no rows, or a label that the model has no class for
 * @example
 *   const logits = await predictAsync(model, test);
 *   const { accuracy } = evaluationOf(logits, test.labels);
 *   const worst = worstMistakes(logits, test.labels); // from simdgrad/plot
 */
export function evaluationOf(logits: Tensor<"f32">, labels: Tensor<"u8" | "i32">): Evaluation {
  if (logits.shape[0] === 0) throw new DataError("evaluationOf: there are no rows to evaluate.");
  const tally = new Tally();
  noGrad(() => scope(() => tally.add(logits, tensor(Int32Array.from(labels.values), labels.shape))));
  return tally.evaluation();
}

/** One batch a step; yields the number of images done. */
function* evaluationSteps(
  model: Module,
  dataset: Dataset,
  { batchSize = DEFAULT_BATCH, distort }: EvaluateOptions,
): Generator<number, Evaluation> {
  checkBatchSize("evaluate", batchSize);
  if (dataset.size === 0) throw new DataError(`evaluate: the data set ${dataset.name} is empty.`);
  const tally = new Tally();
  yield* forwardBatches(model, dataset.batches({ batchSize, distort }), (logits, { y }) => tally.add(logits, y));
  return tally.evaluation();
}

/** What was read so far, and how well. */
class Tally {
  private confusion: ConfusionMatrix = [];
  private lossSum = 0;
  private count = 0;

  add(logits: Tensor<"f32">, labels: Tensor<"i32">): void {
    // The operation, not Math.exp and Math.log: the choice of the best epoch hangs on this number. Each image's loss by
    // itself, summed in f64: so the batch size changes nothing.
    for (const loss of crossEntropy(logits, labels, { reduction: "none" }).values) this.lossSum += loss;
    if (this.count === 0) this.confusion = emptyConfusion(logits.shape[1]);
    const { values } = labels;
    predictedClasses(logits).forEach((predicted, i) => {
      this.confusion[values[i]][predicted]++;
    });
    this.count += labels.size;
  }

  evaluation(): Evaluation {
    const { confusion, lossSum, count } = this;
    return { loss: lossSum / count, accuracy: accuracyOf(confusion), perClass: classMetrics(confusion), confusion };
  }
}
