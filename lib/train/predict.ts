// predict: what a model answers, batch by batch.

import { abortSignal, anything, callback, checkOptions, integer, type Rule } from "../base/check.ts";
import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { type AnyDataset, Dataset } from "../data/dataset.ts";
import type { Distortion } from "../data/distort.ts";
import type { Module } from "../nn/module.ts";
import { runSteps, runStepsAsync } from "../runtime/steps.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { DEFAULT_BATCH, forwardBatches } from "./forward_batches.ts";

export interface PredictOptions {
  /** Rows at a time, an integer ≥ 1, which changes the memory used but no result; default 64. */
  batchSize?: number;
  /** By how much all images of a data set are distorted before the model reads them; default: not. See `distortImages`. */
  distort?: Distortion;
}

export interface PredictAsyncOptions extends PredictOptions {
  /** Stops between two batches: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each batch, with how many rows are done. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * The model's outputs for all inputs, in their order: in evaluation mode, without gradients, in batches. Each module's
 * mode is put back afterwards, and no row's output depends on the batch size.
 *
 * @param inputs [N, …] f32, as the model takes them; or a data set, whose images are normalised on the way
 * @returns [N, …]: for a classifier [N, classes], its logits
 * @throws {OptionError} batchSize is not an integer ≥ 1, a distortion that is outside its limits or of a tensor, an option of
 *   another name, or no model
 * @throws {DTypeError} inputs that are neither an f32 tensor nor a data set
 * @throws {ShapeError} a scalar, or what the model finds wrong with the inputs' shape
 *
 * Cost: the model's forward pass, with memory for one batch and for all outputs.
 * @example
 *   const logits = predict(model, test);
 *   const { accuracy } = evaluationOf(logits, test.labels);
 *   const worst = worstMistakes(logits, test.labels); // from simdgrad/plot
 */
export function predict(
  model: Module,
  inputs: Tensor<"f32"> | AnyDataset,
  options: PredictOptions = {},
): Tensor<"f32"> {
  checkSyncOptions("predict", options, PREDICT_RULES);
  return runSteps(predictionSteps(model, inputs, options));
}

/**
 * The same, but it lets the event loop run at least every 50 ms (or after each batch, where one takes longer). Between two
 * batches the model has the modes it came with, so other work on it may run meanwhile.
 *
 * @example const logits = await predictAsync(model, test, { signal, onProgress });
 */
export async function predictAsync(
  model: Module,
  inputs: Tensor<"f32"> | AnyDataset,
  options: PredictAsyncOptions = {},
): Promise<Tensor<"f32">> {
  checkOptions("predictAsync", options, { ...PREDICT_RULES, ...PROGRESS_RULES });
  const { signal, onProgress } = options;
  const total = rowsOf(inputs);
  return runStepsAsync(predictionSteps(model, inputs, options), {
    signal,
    onStep: (done) => onProgress?.(done, total),
  });
}

/** @internal Of a distortion, batches() says what is wrong. */
export const PREDICT_RULES = { batchSize: /* @__PURE__ */ integer(1), distort: anything };

/** @internal */
export const PROGRESS_RULES = { signal: abortSignal, onProgress: callback };

/** @internal @throws {OptionError} what checkOptions finds; an option that the asynchronous form alone takes */
export function checkSyncOptions(op: string, options: object, rules: Readonly<Record<string, Rule>>): void {
  const name = Object.keys(PROGRESS_RULES).find((each) => Object(options)[each] !== undefined);
  if (name) throw new OptionError(`${op}: it runs without a pause, so ${name} is for ${op}Async; call that.`, { name });
  checkOptions(op, options, rules);
}

/** One batch per step; yields the number of rows done. */
function* predictionSteps(
  model: Module,
  inputs: Tensor<"f32"> | AnyDataset,
  { batchSize = DEFAULT_BATCH, distort }: PredictOptions,
): Generator<number, Tensor<"f32">> {
  const total = rowsOf(inputs);
  const made: { outputs?: Tensor<"f32"> } = {};
  let filled = 0;
  try {
    yield* forwardBatches("predict", model, batchesOf(inputs, batchSize, distort), (output, { x }) => {
      const [rows, ...rest] = output.shape;
      if (rows !== x.shape[0]) {
        throw new ShapeError(
          `predict: the model must give a row of output for each row of input; it made ${formatShape(output.shape)} of ${formatShape(x.shape)}.`,
          { input: x.shape, output: output.shape },
        );
      }
      made.outputs ??= empty([total, ...rest]).keep();
      made.outputs.data.set(output.values, filled);
      filled += output.size;
    });
    const outputs = made.outputs as Tensor<"f32">;
    // Another tensor over the same memory, which belongs to the caller's scope.
    return viewOf(outputs, outputs.shape);
  } finally {
    made.outputs?.dispose();
  }
}

function rowsOf(inputs: Tensor<"f32"> | AnyDataset): number {
  if (inputs instanceof Dataset) return inputs.size;
  checkTensor("predict", "inputs", inputs);
  if (inputs.shape.length > 0) return inputs.shape[0];
  throw new ShapeError("predict: inputs must have rows, as in [N, features]; got a scalar.", { shape: inputs.shape });
}

function batchesOf(
  inputs: Tensor<"f32"> | AnyDataset,
  batchSize: number,
  distort: Distortion | undefined,
): Iterable<{ x: Tensor<"f32"> }> {
  if (inputs instanceof Dataset && inputs.size > 0) return inputs.batches({ batchSize, distort });
  if (inputs instanceof Dataset) return slices(empty([0, ...inputs.inputShape]), batchSize);
  if (distort) throw new OptionError("predict: only the images of a data set can be distorted; got a tensor.");
  return slices(inputs, batchSize);
}

/** The rows in order, this many at a time; without rows, one batch of none, which shows the shape of the output. */
function* slices(x: Tensor<"f32">, batchSize: number): Iterable<{ x: Tensor<"f32"> }> {
  const [rows, ...rest] = x.shape;
  let from = 0;
  do {
    const batch = viewOf(x, [Math.min(batchSize, rows - from), ...rest], from * sizeOf(rest)).keep();
    try {
      yield { x: batch };
    } finally {
      batch.dispose();
    }
    from += batchSize;
  } while (from < rows);
}
