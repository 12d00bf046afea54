// How a network is trained: everything that decides it but the seed, and what a preset says of it.

import {
  below1,
  check,
  integer,
  nonNegative,
  object,
  oneOf,
  orNull,
  positive,
  type Rule,
  upTo1,
} from "../lib/base/check.ts";
import type { Augmentation } from "../lib/index.ts";
import { ADAM_RULES } from "../lib/optim/adam.ts";

/** From one epoch in a hurry to the most accurate. */
export const PRESETS = ["fast", "standard", "best"] as const;
export const OPTIMIZERS = ["sgd", "adam", "adamw", "muon"] as const;
export const SCHEDULES = ["constant", "step", "cosine", "one-cycle"] as const;
/** What weight decay pulls on: all parameters, or those of two dimensions and more. */
export const DECAYS = ["all", "weights"] as const;
/** How validation images are chosen: at random, or contiguous in the data set's order, which for MNIST is that of the writers. */
export const SPLITS = ["random", "contiguous"] as const;
/** The epoch whose weights are kept. */
export const KEEPS = ["best", "last"] as const;

export type Preset = (typeof PRESETS)[number];

export interface Recipe {
  preset: Preset;
  /** Training images that no step sees, for validation. */
  validation: number;
  split: (typeof SPLITS)[number];
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
  /** The part of each target that is spread over all classes. */
  labelSmoothing: number;
  /** The first rate of the network's dropout layers; null for a network that has none. */
  dropout: number | null;
  /** How much of the weights' moving average each step keeps; 0: the weights themselves are validated and kept. */
  average: number;
  /** The epoch whose weights are kept: the best on the validation images, or the last. */
  keep: (typeof KEEPS)[number];
  /** How far each image is distorted, differently in every epoch. */
  augment: Required<Augmentation>;
  /** The final part of the epochs, in which augmentation is half as strong. */
  cooldown: number;
}

/** What is chosen of it; the preset says the rest. */
export type RecipeChoices = Partial<Omit<Recipe, "preset" | "augment">> & { augment?: Augmentation };

/** What the parts of a recipe must be; the command line's flags take the same. */
export const RECIPE_RULES: Readonly<Record<keyof Recipe, Rule>> = {
  preset: oneOf(...PRESETS),
  validation: integer(1),
  split: oneOf(...SPLITS),
  epochs: integer(1),
  batchSize: integer(1),
  optimizer: oneOf(...OPTIMIZERS),
  lr: positive,
  schedule: oneOf(...SCHEDULES),
  warmup: orNull(below1),
  minLr: orNull(nonNegative),
  momentum: orNull(below1),
  betas: orNull(ADAM_RULES.betas),
  weightDecay: nonNegative,
  decay: oneOf(...DECAYS),
  labelSmoothing: below1,
  dropout: orNull(below1),
  average: below1,
  keep: oneOf(...KEEPS),
  augment: object,
  cooldown: upTo1,
};

function upTo(limit: number): Rule {
  return {
    says: `a number from 0 to ${limit}`,
    holds: (value) => nonNegative.holds(value) && (value as number) <= limit,
  };
}

/** How far images of 28×28 pixels can be distorted and still show something; the library has wider limits, for larger ones. */
export const AUGMENT_RULES: Readonly<Record<keyof Augmentation, Rule>> = {
  rotate: upTo(180),
  shift: upTo(28),
  scale: below1,
  shear: upTo(10),
  elastic: upTo(28),
  thickness: upTo(2),
  stretch: upTo(1),
  gaps: upTo(28),
  blur: upTo(1),
  coarse: upTo(15),
  contrast: below1,
  noise: upTo(1),
  blocks: upTo(1),
};

type Rates = Record<Recipe["optimizer"], number>;

/** What a network's preset says. What it leaves out is the same for every network: presets.ts. */
export interface PresetSettings
  extends Pick<
    Recipe,
    | "epochs"
    | "batchSize"
    | "optimizer"
    | "schedule"
    | "decay"
    | "labelSmoothing"
    | "dropout"
    | "average"
    | "keep"
    | "augment"
  > {
  /** Where the last epoch is kept, whatever the validation images say. */
  validation?: number;
  /** By optimizer, where it differs from what every network has. */
  weightDecay?: Partial<Rates>;
  /** By optimizer; one that is not named is not for this network. */
  lr: Partial<Rates>;
  /** Of a cosine: the part of the highest rate at which it ends; default 0. */
  floor?: number;
  betas: readonly [number, number];
}

/** No distortion. */
export const STILL: Required<Augmentation> = {
  ...{ rotate: 0, shift: 0, scale: 0, shear: 0, elastic: 0, thickness: 0 },
  ...{ stretch: 0, gaps: 0, blur: 0, coarse: 0, contrast: 0, noise: 0, blocks: 0 },
};

export function isStill(augment: Required<Augmentation>): boolean {
  check("isStill", "augment", augment, object);
  return Object.values(augment).every((most) => most === 0);
}
