// How each network is trained: presets, and what flags change of them. Chosen on the validation images alone
// (docs/results.md).

import type { Augmentation } from "../../lib/index.ts";
import type { ModelName } from "../load/model_names.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const PRESETS = ["fast", "standard", "best"] as const;
export const OPTIMIZERS = ["sgd", "adam", "adamw", "muon"] as const;
export const SCHEDULES = ["constant", "step", "cosine", "one-cycle"] as const;
/** What weight decay pulls on: all parameters, or those of two dimensions and more. */
export const DECAYS = ["all", "weights"] as const;
/** How validation images are chosen: one by one, or as a block of the data set's order, and so by hands of their own. */
export const HELD_OUT = ["drawn", "block"] as const;
/** The epoch whose weights are kept. */
export const KEEPS = ["best", "last"] as const;

export type Preset = (typeof PRESETS)[number];

/** Everything that decides how a network is trained, but for the seed. */
export interface Recipe {
  preset: Preset;
  /** Training images that no step sees, for validation. */
  validation: number;
  heldOut: (typeof HELD_OUT)[number];
  epochs: number;
  batchSize: number;
  optimizer: (typeof OPTIMIZERS)[number];
  /** The highest learning rate of the schedule. */
  lr: number;
  schedule: (typeof SCHEDULES)[number];
  /** The part of the run in which the rate rises; null for schedules that only fall. */
  warmup: number | null;
  /** Where a cosine ends; null for the others. */
  minLr: number | null;
  /** Of sgd and muon; null for the others. */
  momentum: number | null;
  /** How much of mean and mean square adam and adamw keep each step, and muon for what is no matrix; null for sgd. */
  betas: readonly [number, number] | null;
  weightDecay: number;
  decay: (typeof DECAYS)[number];
  /** The part of each target that is spread over all digits. */
  labelSmoothing: number;
  /** The CNN's first rate, the second being 0.6 of it; null for the linear model. */
  dropout: number | null;
  /** How much of the weights' moving average each step keeps; 0: the weights themselves are validated and kept. */
  average: number;
  /** The epoch whose weights are kept: the best on the validation images, or the last. */
  keep: (typeof KEEPS)[number];
  /** How far each picture is distorted, anew in every epoch. */
  augment: Required<Augmentation>;
  /** The last part of the epochs, in which pictures are distorted half as far. */
  settle: number;
}

/** What flags say of it. */
export type RecipeFlags = Partial<Omit<Recipe, "preset" | "augment">> & { augment?: Augmentation };

type Rates = Record<Recipe["optimizer"], number>;
type Defaults = Omit<
  Recipe,
  "preset" | "validation" | "heldOut" | "lr" | "momentum" | "weightDecay" | "betas" | "warmup" | "minLr" | "settle"
> & {
  /** Where the last epoch is kept, whatever they say; default: VALIDATION. */
  validation?: number;
  /** Default: WEIGHT_DECAY. */
  weightDecay?: Partial<Rates>;
  /** An optimizer that is not there is not for this network. */
  lr: Partial<Rates>;
  /** Of a cosine: the part of the highest rate at which it ends; default 0. */
  floor?: number;
  betas: readonly [number, number];
};

const VALIDATION = 5000;
const MOMENTUM = 0.9;
const WEIGHT_DECAY: Rates = { sgd: 0, adam: 0, adamw: 0.01, muon: 0.01 };
/** The schedules that begin with a rise. */
const WARMUP: Partial<Record<Recipe["schedule"], number>> = { cosine: 0.05, "one-cycle": 0.3 };
const STILL: Required<Augmentation> = { rotate: 0, shift: 0, scale: 0, shear: 0, elastic: 0, thickness: 0 };

const LINEAR: Defaults = {
  epochs: 10,
  batchSize: 64,
  optimizer: "adam",
  schedule: "cosine",
  lr: { sgd: 0.01, adam: 1e-3, adamw: 1e-3 },
  betas: [0.9, 0.999],
  decay: "weights",
  labelSmoothing: 0,
  dropout: null,
  average: 0,
  keep: "best",
  augment: STILL,
};
const CNN: Defaults = {
  epochs: 1,
  batchSize: 64,
  optimizer: "adamw",
  schedule: "one-cycle",
  lr: { sgd: 0.1, adam: 2e-2, adamw: 2e-2, muon: 5e-3 },
  // Short memories let Adam follow the steep one-cycle: more than half a point after one epoch.
  betas: [0.8, 0.95],
  decay: "all",
  labelSmoothing: 0.05,
  // One epoch is too short for overfitting: dropout only slows it.
  dropout: 0,
  average: 0,
  keep: "best",
  augment: STILL,
};
/**
 * What hands do that slant, bend and press otherwise. The network is small: it learns no more of stronger distortions, and dropout
 * costs more than it brings.
 */
const DISTORTED: Required<Augmentation> = {
  rotate: 10,
  shift: 1.5,
  scale: 0.1,
  shear: 0.1,
  elastic: 1,
  thickness: 0.2,
};
/**
 * The rate stays high, and what it makes noisy is averaged: over about the last tenth of the run, the average's memory growing with it. A rate
 * that falls to nothing learns the distorted training images by heart instead, and reads fewer of the validation images.
 */
const CNN_LONGER: Defaults = {
  ...CNN,
  schedule: "cosine",
  floor: 0.3,
  decay: "weights",
  weightDecay: { adamw: 0.02, muon: 0.02 },
  average: 0.9998,
  // By a few validation images the best epoch is one of luck; the last has had all of the schedule.
  keep: "last",
  augment: DISTORTED,
};

const DEFAULTS: Record<ModelName, Record<Preset, Defaults>> = {
  linear: {
    fast: { ...LINEAR, epochs: 2 },
    standard: LINEAR,
    // Longer, or with augmentation, it fits the training images better and the validation images worse.
    best: { ...LINEAR, epochs: 20, optimizer: "adamw", weightDecay: { adamw: 0.1 }, average: 0.999 },
  },
  cnn: {
    fast: CNN,
    standard: { ...CNN_LONGER, epochs: 10 },
    best: {
      ...CNN_LONGER,
      epochs: 25,
      optimizer: "muon",
      // Enough to see how it goes.
      validation: 1000,
    },
  },
};

/**
 * The flags where they are given, the preset's settings elsewhere.
 *
 * @throws {UsageError} a flag that would have no effect
 */
export function recipeFor(model: ModelName, preset: Preset, given: RecipeFlags): Recipe {
  const defaults = DEFAULTS[model][preset];
  const optimizer = given.optimizer ?? defaults.optimizer;
  const schedule = given.schedule ?? defaults.schedule;
  const isSgd = optimizer === "sgd";
  const hasMomentum = isSgd || optimizer === "muon";
  if (given.momentum != null && !hasMomentum) {
    throw new UsageError(`--momentum is for --optimizer sgd and muon; ${optimizer} has --betas.`);
  }
  if (given.betas != null && isSgd) throw new UsageError("--betas is for adam, adamw and muon; sgd has --momentum.");
  if (given.warmup != null && WARMUP[schedule] === undefined) {
    throw new UsageError(`--warmup is for ${Object.keys(WARMUP).join(" and ")}; the ${schedule} schedule only falls.`);
  }
  if (given.minLr != null && schedule !== "cosine") {
    throw new UsageError(`--min-lr is for cosine; where the ${schedule} schedule ends follows from --lr.`);
  }
  const keep = given.keep ?? defaults.keep;
  const epochs = given.epochs ?? defaults.epochs;
  const augment = { ...defaults.augment, ...given.augment };
  const settle = given.settle ?? 0;
  if (settle > 0 && isStill(augment)) {
    throw new UsageError(
      `--settle is for distorted images, and the ${model} network's are not; add --rotate or another.`,
    );
  }
  if (settle > 0 && Math.round(settle * epochs) === 0) {
    throw new UsageError(`--settle ${settle} of --epochs ${epochs} is less than half an epoch; give more of either.`);
  }
  const ownLr = defaults.lr[optimizer];
  if (ownLr === undefined) {
    throw new UsageError(
      `--optimizer ${optimizer} is for networks with hidden layers; the ${model} network has none. Take adamw, or --model cnn.`,
    );
  }
  const lr = given.lr ?? ownLr;
  const minLr = given.minLr ?? lr * (defaults.floor ?? 0);
  if (minLr > lr)
    throw new UsageError(
      `--min-lr ${minLr} is above the highest rate of the ${model} network, ${lr}; lower it, or raise --lr.`,
    );
  return {
    preset,
    validation: given.validation ?? (keep === "last" ? defaults.validation : undefined) ?? VALIDATION,
    heldOut: given.heldOut ?? "drawn",
    epochs,
    batchSize: given.batchSize ?? defaults.batchSize,
    optimizer,
    lr,
    schedule,
    warmup: given.warmup ?? WARMUP[schedule] ?? null,
    minLr: schedule === "cosine" ? minLr : null,
    momentum: hasMomentum ? (given.momentum ?? MOMENTUM) : null,
    betas: isSgd ? null : (given.betas ?? defaults.betas),
    weightDecay: given.weightDecay ?? defaults.weightDecay?.[optimizer] ?? WEIGHT_DECAY[optimizer],
    decay: given.decay ?? defaults.decay,
    labelSmoothing: given.labelSmoothing ?? defaults.labelSmoothing,
    dropout: defaults.dropout === null ? null : (given.dropout ?? defaults.dropout),
    average: given.average ?? defaults.average,
    keep,
    augment,
    settle,
  };
}

/** Nothing to distort. */
export function isStill(augment: Required<Augmentation>): boolean {
  return Object.values(augment).every((most) => most === 0);
}
