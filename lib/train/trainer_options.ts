// What a Trainer is told, and which part of it two halves of a run must have in common.

import { aboveZero, below1, check, integer, upTo1 } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { type Augmentation, checkAugmentation } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";
import { runtimeInfo } from "../runtime/info.ts";
import type { AveragingOptions } from "./averaging.ts";
import type { EpochReport, StepReport } from "./history.ts";
import type { TrainingState } from "./training_state.ts";

export interface TrainerOptions {
  optimizer: Optimizer;
  /**
   * The learning rate at each step, counted from 0 over the whole run; default: the optimizer's own, unchanged. A
   * schedule is laid out over the epochs planned: a run that is stopped early never sees its end.
   */
  schedule?: Schedule;
  /** How often all training pictures are gone through, an integer ≥ 1. */
  epochs: number;
  /** Pictures a step, an integer ≥ 1; the last step of an epoch may have fewer. */
  batchSize: number;
  /** Drives shuffling, augmentation and dropout; an integer from 0 to 2⁵³ − 1, default 0. */
  seed?: number;
  /** Scales gradients down to this global norm, > 0, where they exceed it; default: never. */
  clipNorm?: number;
  /** The part of the target spread evenly over the classes, in [0, 1); default 0. */
  labelSmoothing?: number;
  /** Distorts the training pictures, each anew in every epoch; default: not. */
  augment?: Augmentation;
  /**
   * The last part of the epochs planned, in [0, 1], in which pictures are distorted half as far, so that the run ends nearer to
   * those that are to be read. Rounded to whole epochs; default 0.
   */
  settle?: number;
  /**
   * Validates, keeps and ends with a moving average of the weights, for which BatchNorm's statistics are made anew at
   * the end of each epoch; default: the weights themselves.
   */
  average?: AveragingOptions;
  /** Ends with the weights of the best epoch rather than the last; default true. */
  restoreBest?: boolean;
  /** Stops after so many epochs without a better validation; default: never. `schedule` and `settle` do not know of it. */
  patience?: number;
  /**
   * Stops after the step in which this time has passed, and validates what there is. The time of all halves of a
   * resumed run counts; default: no limit.
   */
  maxSeconds?: number;
  /**
   * Stops between two steps: `fit` is then rejected with the signal's reason, the best weights so far restored. If a
   * step was made, `onCheckpoint` is given the state before.
   */
  signal?: AbortSignal;
  onStep?: (report: StepReport) => void;
  /** Awaited, the model holding that epoch's weights. */
  onEpoch?: (report: EpochReport) => void | Promise<void>;
  /**
   * Given all that `fit(…, { resume })` needs to go on from here, bit for bit: after each epoch, every
   * `checkpointSeconds` within one, and when the signal or `maxSeconds` stops the run. Awaited.
   *
   * @example onCheckpoint: (state) => writeFileAtomic("state.safetensors", encodeTrainingState(state))
   */
  onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  /** Default 30; 0 for every step. */
  checkpointSeconds?: number;
}

export interface FitOptions {
  /** Where an earlier run stood; see `TrainerOptions.onCheckpoint`. */
  resume?: TrainingState;
}

/** @internal @throws {OptionError} the first option that is out of its range, a part of `average` or `augment` included */
export function checkTrainerOptions(options: TrainerOptions): void {
  for (const name of ["epochs", "batchSize", "patience"] as const) {
    const value = options[name];
    if (value === undefined && name === "patience") continue;
    if (value === undefined || !Number.isInteger(value) || value < 1) {
      throw new OptionError(`Trainer: ${name} must be an integer ≥ 1; got ${value}.`, { [name]: value });
    }
  }
  for (const name of ["maxSeconds", "checkpointSeconds"] as const) {
    const value = options[name] ?? 0;
    if (!(value >= 0)) throw new OptionError(`Trainer: ${name} must be a number ≥ 0; got ${value}.`, { [name]: value });
  }
  const { seed = 0, clipNorm = Number.POSITIVE_INFINITY, labelSmoothing = 0, settle = 0, average, augment } = options;
  check("Trainer", "seed", seed, integer(0));
  check("Trainer", "clipNorm", clipNorm, aboveZero);
  check("Trainer", "labelSmoothing", labelSmoothing, below1);
  check("Trainer", "settle", settle, upTo1);
  if (average) {
    const { decay, calibration = 1 } = average;
    check("Trainer", "average.decay", decay, below1);
    check("Trainer", "average.calibration", calibration, integer(1));
  }
  if (augment) checkAugmentation(augment);
}

/** @internal How far the pictures of an epoch, counted from 1, are distorted. */
export function augmentationOf(
  { augment, settle = 0, epochs }: TrainerOptions,
  epoch: number,
): Augmentation | undefined {
  const isSettling = epoch > epochs - Math.round(settle * epochs);
  if (!augment || !isSettling) return augment;
  return Object.fromEntries(Object.entries(augment).map(([part, most]) => [part, (most ?? 0) / 2]));
}

/**
 * @internal What decides the weights, as far as it can be compared: not the optimizer's own options, nor the
 * schedule, which the caller has to make again. How a run is stopped, and how many threads it has, decides nothing.
 */
export function setupOf(
  options: TrainerOptions,
  train: Dataset,
  validation: Dataset,
): Readonly<Record<string, unknown>> {
  const { epochs, batchSize, seed = 0, clipNorm = null, labelSmoothing = 0 } = options;
  const { augment = null, settle = 0, average = null, restoreBest = true } = options;
  const [trainingSet, validationSet] = [train, validation].map(({ name, size, digest }) => ({ name, size, digest }));
  const { arithmetic: kernels } = runtimeInfo();
  const regularisation = { clipNorm, labelSmoothing, augment, settle: settle > 0 ? settle : null, average };
  return { kernels, trainingSet, validationSet, epochs, batchSize, seed, ...regularisation, restoreBest };
}
