// evaluateShiftedAsync: what a model says of an image and of the same image moved by a pixel or two, taken together.

import { checkOptions, integer } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { softmax } from "../ops/softmax.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkFinite } from "./check_finite.ts";
import { DEFAULT_BATCH, forwardBatches } from "./forward_batches.ts";
import { accuracyOf, type ConfusionMatrix, emptyConfusion } from "./metrics.ts";
import { PREDICT_RULES, PROGRESS_RULES, type PredictAsyncOptions } from "./predict.ts";
import { largestOf } from "./predicted_classes.ts";

export interface ShiftedOptions extends Omit<PredictAsyncOptions, "distort"> {
  /** Largest shift in pixels, in each direction, from 1 to 100; default 1, which makes 9 images of one. */
  shift?: number;
}

/**
 * The accuracy of a model that reads each image (2·shift + 1)² times, moved by whole pixels, and takes the class of the
 * highest mean probability. Each module's mode is put back afterwards.
 *
 * It is another measure than `evaluate`'s, at that many times the cost: report both, each by its name.
 *
 * @throws {DataError} the data set is empty, or has a label that the model has no class for; or the model gives NaN
 * @throws {OptionError} shift is not an integer from 1 to 100, batchSize not one ≥ 1, or an option of another name
 * @example const { accuracy } = await evaluateShiftedAsync(model, test, { shift: 1 });
 */
export async function evaluateShiftedAsync(
  model: Module,
  dataset: Dataset,
  options: ShiftedOptions = {},
): Promise<{ accuracy: number; confusion: ConfusionMatrix }> {
  const { distort: _, ...rules } = PREDICT_RULES;
  checkOptions("evaluateShiftedAsync", options, { ...rules, ...PROGRESS_RULES, shift: integer(1, 100) });
  const { shift = 1, batchSize = DEFAULT_BATCH, signal, onProgress } = options;
  checkDataset("evaluateShiftedAsync", "dataset", dataset);
  if (dataset.size === 0) throw new DataError(`evaluateShiftedAsync: the data set ${dataset.name} is empty.`);
  const total = dataset.size * (2 * shift + 1) * (2 * shift + 1);
  const sums = await runStepsAsync(sumProbabilities(model, dataset, shift, batchSize), {
    signal,
    onStep: (done) => onProgress?.(done, total),
  });
  const classes = sums.length / dataset.size;
  const confusion = emptyConfusion(classes);
  checkFinite("evaluateShiftedAsync", "a probability", sums.find(Number.isNaN) ?? 0);
  const { values } = dataset.labels;
  checkIndices("evaluateShiftedAsync", "label", values, classes, ` of ${dataset.name}`);
  values.forEach((label, n) => {
    confusion[label][largestOf(sums, n * classes, classes)]++;
  });
  return { accuracy: accuracyOf(confusion), confusion };
}

/** [size, classes], summed over the shifts; yields how many images were read. */
function* sumProbabilities(
  model: Module,
  dataset: Dataset,
  shift: number,
  batchSize: number,
): Generator<number, Float64Array> {
  let sums = new Float64Array();
  let read = 0;
  for (let shiftY = -shift; shiftY <= shift; shiftY++) {
    for (let shiftX = -shift; shiftX <= shift; shiftX++) {
      let at = 0;
      const batches = dataset.batches({ batchSize, distort: { shiftX, shiftY } });
      const steps = forwardBatches("evaluateShiftedAsync", model, batches, (logits) => {
        const { values, shape } = softmax(logits);
        if (sums.length === 0) sums = new Float64Array(dataset.size * shape[1]);
        for (const value of values) sums[at++] += value;
      });
      for (const done of steps) yield read + done;
      read += dataset.size;
    }
  }
  return sums;
}
