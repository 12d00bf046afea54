// Trainer: the training loop. Batches, steps, validation, and the best epoch kept.

import { backward } from "../autograd/backward.ts";
import type { Augmentation } from "../data/augment.ts";
import type { Batch } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { clipGradNorm } from "../optim/clip_grad_norm.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";
import { Breather } from "../runtime/breather.ts";
import { DataError, OptionError, TrainingError } from "../tensor/errors.ts";
import { scope } from "../tensor/scope.ts";
import { Averaging, type AveragingOptions } from "./averaging.ts";
import { rememberModes } from "./eval_mode.ts";
import { evaluateAsync } from "./evaluate.ts";
import { type EpochReport, type History, isBetter, type StepReport } from "./history.ts";
import { predictedClasses } from "./predicted_classes.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface TrainerOptions {
  optimizer: Optimizer;
  /** The learning rate at each step, counted from 0 over the whole run; default: the optimizer's own, unchanged. */
  schedule?: Schedule;
  epochs: number;
  batchSize: number;
  /** Drives shuffling, augmentation and dropout; default 0. */
  seed?: number;
  /** Scales gradients down to this global norm where they exceed it; default: never. */
  clipNorm?: number;
  /** The part of the target spread evenly over the classes, in [0, 1); default 0. */
  labelSmoothing?: number;
  /** Distorts the training pictures, each anew in every epoch; default: not. */
  augment?: Augmentation;
  /**
   * Validates, keeps and ends with a moving average of the weights, for which BatchNorm's statistics are made anew at
   * the end of each epoch; default: the weights themselves.
   */
  average?: AveragingOptions;
  /** Ends with the weights of the best epoch rather than the last; default true. */
  restoreBest?: boolean;
  /** Stops between two steps: `fit` is then rejected with the signal's reason, the best weights so far restored. */
  signal?: AbortSignal;
  onStep?: (report: StepReport) => void;
  /** Awaited, the model holding that epoch's weights. */
  onEpoch?: (report: EpochReport) => void | Promise<void>;
}

/**
 * Trains a model on labelled pictures by minimising the cross-entropy.
 *
 * Each step runs in a scope of its own, so memory stays flat, and the event loop runs at least every
 * 50 ms (or after each step, where one takes longer). The same seed, data and kernel variant give the
 * same weights, bit for bit.
 *
 * @example
 *   const trainer = new Trainer(model, { optimizer: new AdamW(model.parameters(), { lr: 1e-3 }), epochs: 3, batchSize: 64 });
 *   const { best } = await trainer.fit(train, validation);
 */
export class Trainer {
  /** What the latest `fit` went through so far; complete once it settles. */
  history: History = { epochs: [], best: null };

  /** @throws {OptionError} a count that is not an integer ≥ 1 */
  constructor(
    private readonly model: Module,
    private readonly options: TrainerOptions,
  ) {
    for (const name of ["epochs", "batchSize"] as const) {
      const value = options[name];
      if (!Number.isInteger(value) || value < 1) {
        throw new OptionError(`Trainer: ${name} must be an integer ≥ 1; got ${value}.`, { [name]: value });
      }
    }
  }

  /**
   * Trains for the epochs asked for, validating after each.
   *
   * @returns what it went through; the model holds the best epoch's weights, in the mode it came in
   * @throws {TrainingError} the loss became NaN or infinite
   * @throws {DataError} either data set is empty
   */
  async fit(train: Dataset, validation: Dataset): Promise<History> {
    const { epochs, batchSize, average, signal, restoreBest = true } = this.options;
    for (const [role, dataset] of Object.entries({ training: train, validation })) {
      if (dataset.size === 0) throw new DataError(`Trainer: the ${role} set ${dataset.name} is empty.`);
    }
    const history: History = { epochs: [], best: null };
    this.history = history;
    const averaging = average ? new Averaging(this.model, average) : null;
    let restore: (() => void) | null = null;
    const breather = new Breather();
    const putModesBack = rememberModes(this.model);
    this.model.train();
    try {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const passed = await this.runEpoch(epoch, train, averaging, breather);
        await averaging?.enter(train, batchSize, signal);
        const report = await this.validate(passed, validation);
        history.epochs.push(report);
        if (isBetter(report, history.best)) {
          history.best = report;
          if (restoreBest) restore = takeSnapshot(this.model);
        }
        await this.options.onEpoch?.(report);
        if (epoch < epochs) averaging?.leave();
      }
    } catch (error) {
      averaging?.leave();
      throw error;
    } finally {
      restore?.();
      putModesBack();
    }
    return history;
  }

  /** All steps of an epoch. @returns what there is to report before its validation */
  private async runEpoch(
    epoch: number,
    train: Dataset,
    averaging: Averaging | null,
    breather: Breather,
  ): Promise<Omit<EpochReport, "validationLoss" | "validationAccuracy">> {
    const { optimizer, schedule, batchSize, augment, seed = 0, signal } = this.options;
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1000;
    const batches = train.batches({ batchSize, seed, epoch, augment });
    const stepsPerEpoch = batches.length;
    let step = 0;
    let seen = 0;
    let lossSum = 0;
    let right = 0;
    for (const batch of batches) {
      signal?.throwIfAborted();
      const n = batch.y.size;
      const stepOfRun = (epoch - 1) * stepsPerEpoch + step;
      if (schedule) optimizer.lr = schedule(stepOfRun);
      this.model.setRandomState(seed, stepOfRun);
      const { loss, correct } = scope(() => this.step(batch));
      averaging?.ema.update();
      step++;
      if (!Number.isFinite(loss)) throw diverged(loss, epoch, step, optimizer.lr);
      seen += n;
      lossSum += loss * n;
      right += correct;
      const learningRate = optimizer.lr;
      this.options.onStep?.({ epoch, step, stepsPerEpoch, loss, learningRate, samplesPerSecond: seen / elapsed() });
      await breather.pauseIfDue();
    }
    return {
      epoch,
      trainLoss: lossSum / seen,
      trainAccuracy: right / seen,
      seconds: elapsed(),
      samplesPerSecond: seen / elapsed(),
      learningRate: optimizer.lr,
    };
  }

  private async validate(
    passed: Omit<EpochReport, "validationLoss" | "validationAccuracy">,
    validation: Dataset,
  ): Promise<EpochReport> {
    const { batchSize, signal } = this.options;
    const started = performance.now();
    const { loss, accuracy } = await evaluateAsync(this.model, validation, { batchSize, signal });
    const seconds = passed.seconds + (performance.now() - started) / 1000;
    return { ...passed, seconds, validationLoss: loss, validationAccuracy: accuracy };
  }

  /** One update of the weights. */
  private step({ x, y }: Batch): { loss: number; correct: number } {
    const { optimizer, clipNorm, labelSmoothing = 0 } = this.options;
    const logits = this.model.forward(x);
    const loss = crossEntropy(logits, y, { labelSmoothing });
    optimizer.zeroGrad();
    backward(loss);
    if (clipNorm !== undefined) clipGradNorm(this.model.parameters(), clipNorm);
    optimizer.step();
    const labels = y.data;
    const correct = predictedClasses(logits).reduce((count, c, i) => count + (c === labels[i] ? 1 : 0), 0);
    return { loss: loss.item(), correct };
  }
}

function diverged(loss: number, epoch: number, step: number, lr: number): TrainingError {
  return new TrainingError(
    `Trainer: the loss became ${loss} in epoch ${epoch}, step ${step}, at learning rate ${lr}; lower the rate, or clip gradients.`,
    { loss, epoch, step, lr },
  );
}
