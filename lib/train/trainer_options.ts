// What a Trainer is told.

import {
  abortSignal,
  aboveZero,
  below1,
  boolean,
  callback,
  checkOptions,
  integer,
  object,
  orNull,
  type Rule,
  required,
  upTo1,
} from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { type Augmentation, checkAugmentation } from "../data/augment.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { EpochReport, StepReport } from "./history.ts";
import type { Loss } from "./loss.ts";
import type { TrainingState } from "./training_state.ts";
import type { WeightAverageOptions } from "./weight_average.ts";

export interface TrainerOptions {
  optimizer: Optimizer;
  /**
   * The learning rate at each step, counted from 0 over the whole run; default: the optimizer's own, unchanged. A
   * schedule is laid out over the epochs planned: a run that is stopped early never sees its end.
   */
  schedule?: Schedule;
  /** Passes over the training set, an integer ≥ 1. */
  epochs: number;
  /** Samples in a step, an integer ≥ 1; the last step of an epoch may have fewer. */
  batchSize: number;
  /**
   * What a step minimises, and what validation reports: of the model's output for a batch and of its labels (i32) or
   * targets (f32), a scalar, the mean over the batch's samples. Default, for labels: `crossEntropy` with `labelSmoothing`,
   * validated without. Targets need one. It may be any function of the library's operations, or of `defineOp`'s; a state
   * to resume from holds no more of it than its name.
   *
   * @example loss: (output, target) => mean(mul(sub(output, target), sub(output, target))) // mean squared error
   */
  loss?: Loss;
  /** Drives shuffling, augmentation and dropout; an integer from 0 to 2⁵³ − 1, default 0. */
  seed?: number;
  /** Scales gradients down to this global norm, > 0, where they exceed it; default: never. */
  clipNorm?: number;
  /** The part of the label's 1 that is spread evenly over the classes, in [0, 1); default 0. Not with a `loss` of your own. */
  labelSmoothing?: number;
  /** Distorts the training images, differently in every epoch; default: not. */
  augment?: Augmentation;
  /**
   * The final part of the epochs planned, in [0, 1], with augmentation half as strong, so that training ends on images
   * closer to those it is for. Rounded to whole epochs; default 0.
   */
  cooldown?: number;
  /**
   * Validates, keeps and ends with a moving average of the weights, for which BatchNorm's statistics are recomputed at
   * the end of each epoch; default: the weights themselves.
   */
  average?: WeightAverageOptions;
  /** Ends with the weights of the best epoch rather than the last; default true. */
  restoreBest?: boolean;
  /** Stops after this many epochs without a better validation; default: never. `schedule` and `cooldown` are laid out over all epochs all the same. */
  patience?: number;
  /**
   * Stops after the step in which this time has passed, and validates what there is. The time of all parts of a
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
   * Given all that `fit(…, { resume })` needs to continue from here, bit for bit: after each epoch, every
   * `checkpointSeconds` within one, and when the signal or `maxSeconds` stops the run. Awaited.
   *
   * @example onCheckpoint: (state) => writeFileAtomic("state.safetensors", encodeTrainingState(state))
   */
  onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  /** Default 30; 0 for every step. */
  checkpointSeconds?: number;
}

export interface FitOptions {
  /** Where an earlier part of the run stood; see `TrainerOptions.onCheckpoint`. */
  resume?: TrainingState;
}

const OPTIMIZER: Rule = {
  says: "an optimizer, e.g. new AdamW(model.parameters(), { lr: 1e-3 })",
  holds: (value) => {
    const { step, zeroGrad, state, loadState } = (value ?? {}) as Partial<Record<keyof Optimizer, unknown>>;
    return [step, zeroGrad, state, loadState].every((method) => typeof method === "function");
  },
};
const SECONDS: Rule = { says: "a number ≥ 0", holds: (value) => typeof value === "number" && value >= 0 };
/** Null as well as left out. */

const RULES: Readonly<Record<keyof TrainerOptions, Rule>> = {
  optimizer: /* @__PURE__ */ required(OPTIMIZER),
  schedule: callback,
  epochs: /* @__PURE__ */ required(integer(1)),
  batchSize: /* @__PURE__ */ required(integer(1)),
  loss: callback,
  seed: /* @__PURE__ */ integer(0),
  clipNorm: aboveZero,
  labelSmoothing: below1,
  augment: /* @__PURE__ */ orNull(object),
  cooldown: upTo1,
  average: /* @__PURE__ */ orNull(object),
  restoreBest: boolean,
  patience: /* @__PURE__ */ integer(1),
  maxSeconds: SECONDS,
  signal: abortSignal,
  onStep: callback,
  onEpoch: callback,
  onCheckpoint: callback,
  checkpointSeconds: SECONDS,
};

/** @internal @throws {OptionError} the first option that is out of its range, a part of `average` or `augment` included */
export function checkTrainerOptions(options: TrainerOptions): void {
  checkOptions("Trainer", options, RULES);
  const { average, augment, loss, labelSmoothing = 0 } = options;
  if (average) {
    checkOptions("Trainer: average", average, { decay: required(below1), calibration: integer(1) });
  }
  if (augment) checkAugmentation(augment);
  if (loss && labelSmoothing > 0) {
    throw new OptionError(
      "Trainer: labelSmoothing is for the default loss; with one of your own, smooth there: " +
        `loss: (output, target) => crossEntropy(output, target, { labelSmoothing: ${labelSmoothing} }).`,
      { labelSmoothing },
    );
  }
}

/** @internal How far the images of an epoch, counted from 1, are distorted. */
export function augmentationOf(
  { augment, cooldown = 0, epochs }: TrainerOptions,
  epoch: number,
): Augmentation | undefined {
  const isCoolingDown = epoch > epochs - Math.round(cooldown * epochs);
  if (!augment || !isCoolingDown) return augment;
  return Object.fromEntries(Object.entries(augment).map(([part, most]) => [part, (most ?? 0) / 2]));
}
