// Trainer: the training loop. Batches, steps, validation, and the best epoch kept.

import { backward } from "../autograd/backward.ts";
import { checkOptions, object } from "../base/check.ts";
import { DataError, OptionError, TrainingError } from "../base/errors.ts";
import type { Batch } from "../data/batches.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { AnyDataset, LabelType } from "../data/dataset.ts";
import { checkModule, type Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { clipGradNorm } from "../optim/clip_grad_norm.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { Breather } from "../runtime/breather.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluationSteps } from "./evaluate.ts";
import { type EpochReport, type History, isBetter, patienceEnds, type Stopped } from "./history.ts";
import { inMode } from "./in_mode.ts";
import { checkLogits, checkLoss, scalarLoss } from "./loss.ts";
import { predictedClasses } from "./predicted_classes.ts";
import { Stopwatch } from "./stopwatch.ts";
import { augmentationOf, checkTrainerOptions, type FitOptions, type TrainerOptions } from "./trainer_options.ts";
import { TrainingRun } from "./training_run.ts";
import { setupOf } from "./training_setup.ts";
import type { TrainingState } from "./training_state.ts";
import { WeightAverage } from "./weight_average.ts";

/**
 * Trains a model on a data set: on labels by minimising the cross-entropy, or on labels or targets by minimising a `loss` of
 * your own.
 *
 * Each step runs in its own scope, so memory stays flat, and the event loop runs at least every
 * 50 ms (or after each step, where one takes longer). The same seed, data and kernel variant give the
 * same weights, bit for bit; so does a run that was stopped and resumed from its state, however often.
 *
 * @example
 *   const trainer = new Trainer(model, { optimizer: new AdamW(model.parameters(), { lr: 1e-3 }), epochs: 3, batchSize: 64 });
 *   const { best } = await trainer.fit(train, validation);
 * @example
 *   const loss: Loss = (output, target) => mean(mul(sub(output, target), sub(output, target)));
 *   await new Trainer(model, { optimizer, epochs: 100, batchSize: 32, loss }).fit(houses, others); // with targets
 */
export class Trainer {
  /** What the latest `fit` went through so far; complete once it settles. */
  history: History = { epochs: [], best: null, kept: null, stopped: null };

  /**
   * @throws {OptionError} no optimizer; epochs, batchSize, patience or average.calibration is not an integer ≥ 1, seed not
   *   one ≥ 0; maxSeconds or checkpointSeconds not a number ≥ 0; clipNorm not > 0; labelSmoothing or average.decay not in
   *   [0, 1); cooldown not in [0, 1]; augment has a part outside its limits; labelSmoothing beside a loss; an option, or a
   *   part of augment, of another name
   */
  constructor(
    private readonly model: Module,
    private readonly options: TrainerOptions,
  ) {
    checkModule("Trainer", "model", model);
    checkTrainerOptions(options);
  }

  /**
   * Trains for the epochs asked for, validating after each.
   *
   * @param options.resume continues from this state, which a trainer with the same options, optimizer and data handed to
   *   its `onCheckpoint`; model and optimizer are those of the run's beginning, whatever they hold
   * @returns what it went through; the model holds the weights of the epoch that is `kept`, in the mode it came in
   * @throws {TrainingError} the loss of a step or of the validation became NaN or infinite
   * @throws {DataError} either data set is empty, or has a label that the model has no class for; one has labels, the other
   *   targets
   * @throws {OptionError} data sets with targets, and no loss; an optimizer that holds none of the parameters used
   * @throws {ShapeError} a loss that gives no scalar; outputs and targets whose shapes differ by 1s alone, as [N, 1] and [N]
   * @throws {CheckpointError} the state is that of another run, or made by another variant of the kernels
   */
  async fit(train: AnyDataset, validation: AnyDataset, options: FitOptions = {}): Promise<History> {
    this.checkData(train, validation);
    checkOptions("fit", options, { resume: object });
    const { signal, restoreBest = true } = this.options;
    const run = this.begin(train, validation, options.resume);
    const { average } = run;
    const save = this.saver(run, train, validation);
    this.history = run.history;
    try {
      await this.runEpochs(run, train, validation, save);
    } catch (error) {
      average?.leave();
      if (signal?.aborted && error === signal.reason && run.hasBegun && run.history.stopped === null) await save();
      throw error;
    } finally {
      if (restoreBest) run.restoreBest();
    }
    return run.history;
  }

  /** @internal Loads a state as `fit` does: one that does not fit is refused before anything else is done. */
  load(state: TrainingState, train: AnyDataset, validation: AnyDataset): void {
    this.begin(train, validation, state);
  }

  private begin(train: AnyDataset, validation: AnyDataset, resume?: TrainingState): TrainingRun {
    const { optimizer, average } = this.options;
    const run = new TrainingRun(this.model, optimizer, average ? new WeightAverage(this.model, average) : null);
    if (resume) run.load(resume, setupOf(this.options, train, validation));
    return run;
  }

  private async runEpochs(run: TrainingRun, train: AnyDataset, validation: AnyDataset, save: Save): Promise<void> {
    const { epochs, patience, batchSize, signal, restoreBest = true, onEpoch } = this.options;
    const { history, average } = run;
    const breather = new Breather();
    while (run.epoch <= epochs && history.stopped === null) {
      history.stopped = patienceEnds(history, patience) ?? this.timeEnds(run);
      if (history.stopped !== null) break;
      average?.leave();
      const stopped = await this.runSteps(run, train, breather, save);
      // Saved before a partial epoch is validated: a resumed run has no such validation.
      if (stopped !== null) await save();
      const { samplesPerSecond } = run;
      await average?.enter(train, batchSize, signal);
      const report = await this.validate(run, samplesPerSecond, validation);
      history.stopped = stopped;
      history.epochs.push(report);
      if (isBetter(report, history.best)) {
        history.best = report;
        if (restoreBest) run.keepBest();
      }
      history.kept = restoreBest ? history.best : report;
      if (stopped === null) run.beginEpoch(run.epoch + 1);
      await onEpoch?.(report);
      if (stopped === null) await save();
    }
    // Resumed where no epoch was left, it has not averaged yet.
    if (average && !average.hasEntered && !restoreBest) await average.enter(train, batchSize, signal);
  }

  /** The steps of the epoch that are left. @returns why it was left before its end; null where it was not */
  private async runSteps(run: TrainingRun, train: AnyDataset, breather: Breather, save: Save): Promise<Stopped | null> {
    const { optimizer, schedule, batchSize, seed = 0, signal, onStep, checkpointSeconds = 30 } = this.options;
    const augment = augmentationOf(this.options, run.epoch);
    const batches = train.batches({ batchSize, seed, augment, epoch: run.epoch });
    const stepsPerEpoch = batches.length;
    const { epoch } = run;
    let sinceSaved = new Stopwatch();
    for (const batch of batches.from(run.step)) {
      signal?.throwIfAborted();
      const stepOfRun = (epoch - 1) * stepsPerEpoch + run.step;
      if (schedule) optimizer.lr = schedule(stepOfRun);
      this.model.setRandomState(seed, stepOfRun);
      const { loss, correct } = inMode(this.model, true, () => scope(() => this.step(batch, !run.hasBegun)));
      run.average?.ema.update();
      const step = ++run.step;
      const learningRate = optimizer.lr;
      if (!Number.isFinite(loss)) throw diverged("loss", loss, epoch, step, learningRate);
      const samples = batch.x.shape[0];
      run.seen += samples;
      run.lossSum += loss * samples;
      run.right += correct;
      const { samplesPerSecond } = run;
      onStep?.({ epoch, step, stepsPerEpoch, loss, learningRate, samplesPerSecond });
      if (step < stepsPerEpoch) {
        const stopped = this.timeEnds(run);
        if (stopped !== null) return stopped;
        if (sinceSaved.seconds >= checkpointSeconds) {
          await save();
          sinceSaved = new Stopwatch();
        }
      }
      await breather.pauseIfDue();
    }
    return null;
  }

  private async validate(
    { epoch, step, seen, lossSum, right, epochWatch }: TrainingRun,
    samplesPerSecond: number,
    validation: AnyDataset,
  ): Promise<EpochReport> {
    const { optimizer, batchSize, loss: lossFunction, signal } = this.options;
    const steps = evaluationSteps(this.model, validation, { batchSize, loss: lossFunction });
    const { loss, accuracy = Number.NaN } = await runStepsAsync(steps, { signal });
    // The last step's own loss was taken before its update: what that ruined shows here first.
    if (!Number.isFinite(loss)) throw diverged("validation loss", loss, epoch, step, optimizer.lr);
    return {
      epoch,
      trainLoss: lossSum / seen,
      trainAccuracy: validation.hasLabels ? right / seen : Number.NaN,
      validationLoss: loss,
      validationAccuracy: accuracy,
      seconds: epochWatch.seconds,
      samplesPerSecond,
      learningRate: optimizer.lr,
    };
  }

  /** One update of the weights. */
  private step({ x, y }: Batch<LabelType | "f32">, isFirst: boolean): { loss: number; correct: number } {
    const { optimizer, clipNorm } = this.options;
    const output = this.model.forward(x);
    const loss = this.lossOf(output, y);
    optimizer.zeroGrad();
    backward(loss);
    if (isFirst) checkReached(optimizer);
    if (clipNorm !== undefined) clipGradNorm(this.model.parameters(), clipNorm);
    optimizer.step();
    return { loss: loss.item(), correct: y.dtype === "i32" ? countCorrect(output, y) : 0 };
  }

  private lossOf(output: Tensor<"f32">, target: Tensor): Tensor<"f32"> {
    const { loss, labelSmoothing = 0 } = this.options;
    return loss ? scalarLoss("Trainer", loss, output, target) : crossEntropy(output, target, { labelSmoothing });
  }

  private checkData(train: AnyDataset, validation: AnyDataset): void {
    for (const [role, dataset] of Object.entries({ training: train, validation })) {
      checkDataset("fit", `the ${role} set`, dataset);
      if (dataset.size === 0) throw new DataError(`Trainer: the ${role} set ${dataset.name} is empty.`);
      checkLoss("Trainer", dataset, this.options.loss);
    }
    if (train.hasLabels === validation.hasLabels) return;
    const [labelled, other] = train.hasLabels ? [train, validation] : [validation, train];
    throw new DataError(`Trainer: ${labelled.name} has labels, ${other.name} has targets; give two of one kind.`);
  }

  /** Why `maxSeconds` ends the run now, if it does. */
  private timeEnds({ watch, epoch, step }: TrainingRun): Stopped | null {
    const { maxSeconds = Number.POSITIVE_INFINITY } = this.options;
    if (watch.seconds < maxSeconds) return null;
    const where = step > 0 ? `after step ${step} of epoch ${epoch}` : `after epoch ${epoch - 1}`;
    return { by: "maxSeconds", why: `${maxSeconds} s had passed ${where}`, step };
  }

  /** Passes the state to `onCheckpoint`. */
  private saver(run: TrainingRun, train: AnyDataset, validation: AnyDataset): Save {
    const { onCheckpoint } = this.options;
    if (!onCheckpoint) return async () => {};
    return async () => onCheckpoint(run.state(setupOf(this.options, train, validation)));
  }
}

type Save = () => Promise<void>;

function diverged(which: string, loss: number, epoch: number, step: number, lr: number): TrainingError {
  return new TrainingError(
    `Trainer: the ${which} became ${loss} in epoch ${epoch}, step ${step}, at learning rate ${lr}; lower it.`,
    { loss, epoch, step, lr },
  );
}

/** @throws {OptionError} no gradient reaches what the optimizer moves; of one of your own this is not known */
function checkReached({ params }: Optimizer & { params?: unknown }): void {
  if (!Array.isArray(params) || params.some(({ grad }) => grad)) return;
  throw new OptionError(
    "Trainer: none of the optimizer's parameters is used by this model; make the optimizer of model.parameters().",
    { parameters: params.length },
  );
}

/** How many rows of logits are largest at their label. */
function countCorrect(logits: Tensor<"f32">, labels: Tensor): number {
  checkLogits("Trainer", logits, labels);
  const { values } = labels;
  return predictedClasses(logits).reduce((count, c, i) => count + (c === values[i] ? 1 : 0), 0);
}
