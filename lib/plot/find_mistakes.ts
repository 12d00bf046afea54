// findMistakes: what a model gets wrong in a data set.

import { noGrad } from "../autograd/grad_mode.ts";
import { OptionError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { scope } from "../tensor/scope.ts";
import { rememberModes } from "../train/eval_mode.ts";
import { type Mistake, type MistakeOptions, worst, worstMistakes } from "./mistakes.ts";

export interface FindMistakesOptions extends Omit<MistakeOptions, "rows"> {
  /** Images at a time, which changes the memory used but no result; default 64. */
  batchSize?: number;
  /** Stops between two batches: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Runs the model, which gives logits, over a data set, in evaluation mode and without gradients, and picks its worst
 * mistakes. `index` is the row of `dataset.images`. The event loop runs as with `evaluateAsync`.
 *
 * @throws {OptionError} batchSize is not an integer ≥ 1, or as `worstMistakes`
 * @example const picture = contactSheet(test.images, await findMistakes(model, test));
 */
export async function findMistakes(
  model: Module,
  dataset: Dataset,
  options: FindMistakesOptions = {},
): Promise<Mistake[]> {
  return runStepsAsync(steps(model, dataset, options), { signal: options.signal });
}

function* steps(model: Module, dataset: Dataset, options: FindMistakesOptions): Generator<number, Mistake[]> {
  const { batchSize = 64, count, by } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new OptionError(`findMistakes: batchSize must be an integer ≥ 1; got ${batchSize}.`, { batchSize });
  }
  const putModesBack = rememberModes(model);
  model.eval();
  try {
    let found: Mistake[] = [];
    let done = 0;
    for (const { x, y } of dataset.batches({ batchSize })) {
      const more = scope(() =>
        worstMistakes(
          noGrad(() => model.forward(x)),
          y,
          { count, by },
        ),
      );
      found = worst([...found, ...more.map((mistake) => ({ ...mistake, index: mistake.index + done }))], { count, by });
      done += y.size;
      yield done;
    }
    return found;
  } finally {
    putModesBack();
  }
}
