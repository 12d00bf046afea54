// evaluate: how well a model reads a data set.

import { noGrad } from "../autograd/grad_mode.ts";
import { DataError, OptionError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Distortion } from "../data/distort.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { runSteps, runStepsAsync } from "../runtime/steps.ts";
import { scope } from "../tensor/scope.ts";
import { rememberModes } from "./eval_mode.ts";
import { accuracyOf, type ClassMetrics, type ConfusionMatrix, classMetrics, emptyConfusion } from "./metrics.ts";
import { predictedClasses } from "./predicted_classes.ts";

export interface EvaluateOptions {
  /** Images at a time, which changes the memory used but no result; default 64. */
  batchSize?: number;
  /** By how much all images are distorted before the model reads them; default: not. See `distortImages`. */
  distort?: Distortion;
}

export interface EvaluateAsyncOptions extends EvaluateOptions {
  /** Stops between two batches: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each batch. */
  onProgress?: (done: number, total: number) => void;
}

export interface Evaluation {
  /** Mean cross-entropy an image, natural logarithm, without label smoothing. */
  loss: number;
  /** The part read correctly, in [0, 1]. */
  accuracy: number;
  perClass: ClassMetrics[];
  /** [actual][predicted] */
  confusion: ConfusionMatrix;
}

const DEFAULT_BATCH = 64;

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

/** One batch a step; yields the number of images done. */
function* evaluationSteps(
  model: Module,
  dataset: Dataset,
  { batchSize = DEFAULT_BATCH, distort }: EvaluateOptions,
): Generator<number, Evaluation> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new OptionError(`evaluate: batchSize must be an integer ≥ 1; got ${batchSize}.`, { batchSize });
  }
  if (dataset.size === 0) throw new DataError(`evaluate: the data set ${dataset.name} is empty.`);
  const putModesBack = rememberModes(model);
  model.eval();
  try {
    let confusion: ConfusionMatrix = [];
    let lossSum = 0;
    let done = 0;
    for (const { x, y } of dataset.batches({ batchSize, distort })) {
      scope(() => {
        const logits = noGrad(() => model.forward(x));
        if (done === 0) confusion = emptyConfusion(logits.shape[1]);
        // The operation, not Math.exp and Math.log: the choice of the best epoch hangs on this number.
        lossSum += noGrad(() => crossEntropy(logits, y)).item() * y.size;
        const labels = y.data;
        predictedClasses(logits).forEach((predicted, i) => {
          confusion[labels[i]][predicted]++;
        });
      });
      done += y.size;
      yield done;
    }
    return {
      loss: lossSum / done,
      accuracy: accuracyOf(confusion),
      perClass: classMetrics(confusion),
      confusion,
    };
  } finally {
    putModesBack();
  }
}
