// evaluate: how well a model does on a data set.

import { noGrad } from "../autograd/grad_mode.ts";
import { callback, checkOptions } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { AnyDataset, Dataset, LabelType } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { runSteps, runStepsAsync } from "../runtime/steps.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFinite } from "./check_finite.ts";
import { DEFAULT_BATCH, forwardBatches } from "./forward_batches.ts";
import { checkLogits, checkLoss, type Loss, scalarLoss } from "./loss.ts";
import { accuracyOf, type ClassMetrics, type ConfusionMatrix, classMetrics, emptyConfusion } from "./metrics.ts";
import {
  checkSyncOptions,
  PREDICT_RULES,
  PROGRESS_RULES,
  type PredictAsyncOptions,
  type PredictOptions,
} from "./predict.ts";
import { predictedClasses } from "./predicted_classes.ts";

export interface EvaluateOptions extends PredictOptions {
  /** What is reported as the loss, the mean over all samples; default, for labels: the cross-entropy. See `TrainerOptions.loss`. */
  loss?: Loss;
}

export interface EvaluateAsyncOptions extends PredictAsyncOptions, EvaluateOptions {}

/** How well the labels of a data set were predicted. */
export interface Evaluation {
  /** Mean loss per sample; of the cross-entropy with the natural logarithm, without label smoothing. */
  loss: number;
  /** The fraction classified correctly, in [0, 1]. */
  accuracy: number;
  perClass: ClassMetrics[];
  /** [actual][predicted] */
  confusion: ConfusionMatrix;
}

/** How well targets were met: there is no such thing as right or wrong. */
export type TargetEvaluation = Pick<Evaluation, "loss">;

/** With targets a loss must be given. */
type WithLoss<Options extends EvaluateOptions> = Options & { loss: Loss };

/**
 * Runs the model over a data set, in evaluation mode and without gradients. Each module's mode is put
 * back afterwards.
 *
 * @returns loss, accuracy, metrics of each class and confusion matrix; of a data set with targets the loss alone
 * @throws {DataError} the data set is empty, or has a label that the model has no class for; or the loss is NaN or infinite
 * @throws {OptionError} batchSize is not an integer ≥ 1, a distortion outside its limits, an option of another name; targets and
 *   no loss
 * @throws {ShapeError} labels, and outputs that are not [N, classes]; a loss that gives no scalar; outputs and targets whose
 *   shapes differ by 1s alone, as [N, 1] and [N]
 * @example
 *   const { accuracy } = evaluate(model, test, { batchSize: 256 });
 *   const { accuracy: turned } = evaluate(model, test, { distort: { rotate: 15 } });
 *   const { loss } = evaluate(regression, houses, { loss: meanSquaredError });
 */
export function evaluate(model: Module, dataset: Dataset, options?: EvaluateOptions): Evaluation;
export function evaluate(model: Module, dataset: Dataset<"f32">, options: WithLoss<EvaluateOptions>): TargetEvaluation;
export function evaluate(
  model: Module,
  dataset: AnyDataset,
  options: EvaluateOptions = {},
): Evaluation | TargetEvaluation {
  checkSyncOptions("evaluate", options, EVALUATE_RULES);
  return checked("evaluate", runSteps(evaluationSteps(model, dataset, options)));
}

/**
 * The same, but it lets the event loop run at least every 50 ms (or after each batch, where one takes
 * longer). Between two batches the model has the modes it came with, so other work on it may run meanwhile.
 *
 * @example const { accuracy } = await evaluateAsync(model, test, { signal });
 */
export function evaluateAsync(model: Module, dataset: Dataset, options?: EvaluateAsyncOptions): Promise<Evaluation>;
export function evaluateAsync(
  model: Module,
  dataset: Dataset<"f32">,
  options: WithLoss<EvaluateAsyncOptions>,
): Promise<TargetEvaluation>;
export async function evaluateAsync(
  model: Module,
  dataset: AnyDataset,
  options: EvaluateAsyncOptions = {},
): Promise<Evaluation | TargetEvaluation> {
  checkOptions("evaluateAsync", options, { ...EVALUATE_RULES, ...PROGRESS_RULES });
  const { signal, onProgress } = options;
  const onStep = (done: number): void => onProgress?.(done, dataset.size);
  return checked("evaluateAsync", await runStepsAsync(evaluationSteps(model, dataset, options), { signal, onStep }));
}

function checked<E extends TargetEvaluation>(op: string, evaluation: E): E {
  checkFinite(op, "the loss", evaluation.loss);
  return evaluation;
}

/**
 * The evaluation of outputs that were computed before: where they are needed for something else as well, one pass over
 * the data set is enough.
 *
 * @param logits [N, classes], as `predict(model, dataset)` gives them
 * @param labels [N]: `dataset.labels`
 * @throws {ShapeError} other ranks, or different numbers of rows
 * @throws {DataError} no rows, or a label that the model has no class for; or the loss is NaN or infinite
 * @example
 *   const logits = await predictAsync(model, test);
 *   const { accuracy } = evaluationOf(logits, test.labels);
 *   const worst = worstMistakes(logits, test.labels); // from simdgrad/plot
 */
export function evaluationOf(logits: Tensor<"f32">, labels: Tensor<LabelType>): Evaluation {
  checkTensor("evaluationOf", "logits", logits);
  checkTensor("evaluationOf", "labels", labels, labels?.dtype === "u8" ? "u8" : "i32");
  if (logits.shape[0] === 0) throw new DataError("evaluationOf: there are no rows to evaluate.");
  const tally = new Tally("evaluationOf");
  noGrad(() => scope(() => tally.add(logits, tensor(Int32Array.from(labels.values), labels.shape))));
  return checked("evaluationOf", tally.evaluation());
}

const EVALUATE_RULES = { ...PREDICT_RULES, loss: callback };

/** @internal One batch per step; yields the number of samples done. Of targets there is no accuracy. */
export function* evaluationSteps(
  model: Module,
  dataset: AnyDataset,
  { batchSize = DEFAULT_BATCH, distort, loss }: EvaluateOptions,
): Generator<number, TargetEvaluation & Partial<Evaluation>> {
  checkDataset("evaluate", "dataset", dataset);
  if (dataset.size === 0) throw new DataError(`evaluate: the data set ${dataset.name} is empty.`);
  checkLoss("evaluate", dataset, loss);
  const batches = dataset.batches({ batchSize, distort });
  if (dataset.hasLabels) {
    const tally = new Tally("evaluate", loss);
    yield* forwardBatches("evaluate", model, batches, (logits, { y }) => tally.add(logits, y));
    return tally.evaluation();
  }
  let lossSum = 0;
  yield* forwardBatches("evaluate", model, batches, (output, { y }) => {
    lossSum += scalarLoss("evaluate", loss as Loss, output, y).item() * y.shape[0];
  });
  return { loss: lossSum / dataset.size };
}

/** What was predicted so far, and how well. */
class Tally {
  private confusion: ConfusionMatrix = [];
  private lossSum = 0;
  private count = 0;

  constructor(
    private readonly op: string,
    private readonly loss?: Loss,
  ) {}

  add(logits: Tensor<"f32">, labels: Tensor): void {
    checkLogits(this.op, logits, labels);
    this.lossSum += this.sumOfLosses(logits, labels);
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

  private sumOfLosses(logits: Tensor<"f32">, labels: Tensor): number {
    if (this.loss) return scalarLoss(this.op, this.loss, logits, labels).item() * labels.size;
    // The operation, not Math.exp and Math.log: the choice of the best epoch hangs on this number. Each sample's loss by
    // itself, summed in f64: so the batch size changes nothing.
    return crossEntropy(logits, labels, { reduction: "none" }).values.reduce((sum, loss) => sum + loss, 0);
  }
}
