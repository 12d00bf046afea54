// Trainer: the training loop. Batches, steps, validation, and the best epoch kept.

import { backward } from "../autograd/backward.ts";
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
  /** Drives shuffling and dropout; default 0. */
  seed?: number;
  /** Scales gradients down to this global norm where they exceed it; default: never. */
  clipNorm?: number;
  /** The part of the target spread evenly over the classes, in [0, 1); default 0. */
  labelSmoothing?: number;
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
    const { epochs, restoreBest = true } = this.options;
    for (const [role, dataset] of Object.entries({ training: train, validation })) {
      if (dataset.size === 0) throw new DataError(`Trainer: the ${role} set ${dataset.name} is empty.`);
    }
    const history: History = { epochs: [], best: null };
    this.history = history;
    let restore: (() => void) | null = null;
    const breather = new Breather();
    const putModesBack = rememberModes(this.model);
    this.model.train();
    try {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const report = await this.runEpoch(epoch, train, validation, breather);
        history.epochs.push(report);
        if (isBetter(report, history.best)) {
          history.best = report;
          if (restoreBest) restore = takeSnapshot(this.model);
        }
        await this.options.onEpoch?.(report);
      }
    } finally {
      restore?.();
      putModesBack();
    }
    return history;
  }

  private async runEpoch(epoch: number, train: Dataset, validation: Dataset, breather: Breather): Promise<EpochReport> {
    const { optimizer, schedule, batchSize, seed = 0, signal } = this.options;
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1000;
    const batches = train.batches({ batchSize, seed, epoch });
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
      step++;
      if (!Number.isFinite(loss)) throw diverged(loss, epoch, step, optimizer.lr);
      seen += n;
      lossSum += loss * n;
      right += correct;
      const learningRate = optimizer.lr;
      this.options.onStep?.({ epoch, step, stepsPerEpoch, loss, learningRate, samplesPerSecond: seen / elapsed() });
      await breather.pauseIfDue();
    }
    const samplesPerSecond = seen / elapsed();
    const { loss, accuracy } = await evaluateAsync(this.model, validation, { batchSize, signal });
    return {
      epoch,
      trainLoss: lossSum / seen,
      trainAccuracy: right / seen,
      validationLoss: loss,
      validationAccuracy: accuracy,
      seconds: elapsed(),
      samplesPerSecond,
      learningRate: optimizer.lr,
    };
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
