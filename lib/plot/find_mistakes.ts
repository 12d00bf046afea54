// findMistakes: what a model gets wrong in a data set.

import { checkOptions } from "../base/check.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { DEFAULT_BATCH, forwardBatches } from "../train/forward_batches.ts";
import { PREDICT_RULES, PROGRESS_RULES, type PredictAsyncOptions } from "../train/predict.ts";
import { MISTAKE_RULES, type Mistake, type MistakeOptions, worst, worstMistakes } from "./mistakes.ts";

export interface FindMistakesOptions extends Omit<MistakeOptions, "rows">, Omit<PredictAsyncOptions, "distort"> {}

/**
 * Runs the model, which gives logits, over a data set, in evaluation mode and without gradients, and picks its worst
 * mistakes. `index` is the row of `dataset.images`. The event loop runs as with `evaluateAsync`. Where the logits are
 * needed for something else too, `predictAsync` and `worstMistakes` do the same with one pass over the data set.
 *
 * @throws {OptionError} batchSize is not an integer ≥ 1, or as `worstMistakes`
 * @example const picture = contactSheet(test.images, await findMistakes(model, test));
 */
export async function findMistakes(
  model: Module,
  dataset: Dataset,
  options: FindMistakesOptions = {},
): Promise<Mistake[]> {
  checkDataset("findMistakes", "dataset", dataset);
  const { count, by } = MISTAKE_RULES;
  const { batchSize } = PREDICT_RULES;
  checkOptions("findMistakes", options, { batchSize, ...PROGRESS_RULES, count, by });
  const { signal, onProgress } = options;
  const onStep = (done: number): void => onProgress?.(done, dataset.size);
  return runStepsAsync(steps(model, dataset, options), { signal, onStep });
}

function* steps(model: Module, dataset: Dataset, options: FindMistakesOptions): Generator<number, Mistake[]> {
  const { batchSize = DEFAULT_BATCH, count, by } = options;
  let found: Mistake[] = [];
  let done = 0;
  yield* forwardBatches("findMistakes", model, dataset.batches({ batchSize }), (logits, { y }) => {
    const more = worstMistakes(logits, y, { count, by }).map((mistake) => ({
      ...mistake,
      index: mistake.index + done,
    }));
    found = worst([...found, ...more], { count, by });
    done += y.size;
  });
  return found;
}
