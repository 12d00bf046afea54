// The flags that say how to train, each a setting of the recipe (models/recipe.ts).

import type { Augmentation } from "../../lib/index.ts";
import {
  DECAYS,
  HELD_OUT,
  KEEPS,
  type ModelName,
  networkOf,
  OPTIMIZERS,
  PRESETS,
  type Preset,
  type Recipe,
  type RecipeChoices,
  RecipeError,
  recipeFor,
  SCHEDULES,
  type Setting,
} from "../../models/index.ts";
import { choiceFlag, valueFlag } from "../command_line/command.ts";
import { type Flags, numberFlag, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

const BY_PRESET = "by preset";
/** Of MNIST's 60,000 training images one is left to train on. */
const MOST_VALIDATION = 59_999;

export const RECIPE_FLAGS = {
  preset: {
    ...choiceFlag("What the flags below default to: one epoch, some, or the most accurate", PRESETS),
    // Not yargs's own default, which could not be told from a flag: see --resume.
    defaultDescription: "standard",
  },
  validation: valueFlag(
    "How many training images are held back to validate with",
    "5000, cnn best: 1000 where the last epoch is kept",
  ),
  "held-out": {
    ...choiceFlag(
      "Which: drawn one by one, or a block of MNIST's order, by writers that training hardly sees",
      HELD_OUT,
    ),
    defaultDescription: "drawn",
  },
  epochs: valueFlag("How often all training images are seen", BY_PRESET),
  "batch-size": valueFlag("Images a step", "64"),
  optimizer: {
    ...choiceFlag("How gradients become steps; muon is for the cnn", OPTIMIZERS),
    defaultDescription: BY_PRESET,
  },
  lr: valueFlag("Highest learning rate", "by model and optimizer"),
  schedule: {
    ...choiceFlag("The learning rate over the run", SCHEDULES),
    defaultDescription: BY_PRESET,
  },
  warmup: valueFlag("The part of the run in which the rate rises, from 0 to below 1", "cosine: 0.05, one-cycle: 0.3"),
  "min-lr": valueFlag("Where a cosine ends", BY_PRESET),
  momentum: valueFlag("Of sgd and muon, from 0 to below 1", "0.9"),
  betas: valueFlag("Of adam, adamw and muon: what mean and mean square keep each step", "0.9,0.999, cnn: 0.8,0.95"),
  "weight-decay": valueFlag("Pull of the weights toward 0", "by preset and optimizer"),
  decay: {
    ...choiceFlag("What it pulls on: weights leaves biases and normalisation alone", DECAYS),
    defaultDescription: BY_PRESET,
  },
  dropout: valueFlag("First rate of the cnn, from 0 to below 1; the second is 0.6 of it", BY_PRESET),
  "label-smoothing": valueFlag("Part of each target spread over all digits, from 0 to below 1", "0, cnn: 0.05"),
  average: valueFlag("Keep a moving average of the weights: what it keeps each step; 0: none", BY_PRESET),
  keep: {
    ...choiceFlag("The epoch whose weights are kept: the best on the validation images, or the last", KEEPS),
    defaultDescription: BY_PRESET,
  },
  rotate: valueFlag("Turn each image by at most so many degrees", BY_PRESET),
  shift: valueFlag("Move it by at most so many pixels", BY_PRESET),
  scale: valueFlag("Enlarge or shrink it by at most this part", BY_PRESET),
  shear: valueFlag("Slant it by at most so many pixels a pixel", BY_PRESET),
  elastic: valueFlag("Bend it by at most so many pixels", BY_PRESET),
  thickness: valueFlag("Thicken or thin its strokes by at most this part of a pixel on each side", BY_PRESET),
  settle: valueFlag("The last part of the epochs, from 0 to 1, in which images are distorted half as far", "0"),
};

/** @throws {UsageError} a value that does not fit */
export function readRecipeFlags(flags: Flags): { preset: Preset; given: RecipeChoices } {
  const part = { min: 0, below: 1 };
  const given: Record<keyof RecipeChoices, unknown> = {
    validation: numberFlag(flags, "validation", { min: 1, max: MOST_VALIDATION, isInteger: true }),
    heldOut: textFlag(flags, "held-out"),
    epochs: numberFlag(flags, "epochs", { min: 1, isInteger: true }),
    batchSize: numberFlag(flags, "batch-size", { min: 1, isInteger: true }),
    optimizer: textFlag(flags, "optimizer"),
    lr: numberFlag(flags, "lr", { above: 0 }),
    schedule: textFlag(flags, "schedule"),
    warmup: numberFlag(flags, "warmup", part),
    minLr: numberFlag(flags, "min-lr", { min: 0 }),
    momentum: numberFlag(flags, "momentum", part),
    betas: betasFlag(flags),
    weightDecay: numberFlag(flags, "weight-decay", { min: 0 }),
    decay: textFlag(flags, "decay"),
    dropout: numberFlag(flags, "dropout", part),
    labelSmoothing: numberFlag(flags, "label-smoothing", part),
    average: numberFlag(flags, "average", part),
    keep: textFlag(flags, "keep"),
    augment: augmentFlags(flags),
    settle: numberFlag(flags, "settle", { min: 0, max: 1 }),
  };
  return { preset: (textFlag(flags, "preset") ?? "standard") as Preset, given: known(given) as RecipeChoices };
}

function augmentFlags(flags: Flags): Augmentation | undefined {
  const given = known({
    rotate: numberFlag(flags, "rotate", { min: 0, max: 180 }),
    shift: numberFlag(flags, "shift", { min: 0, max: 28 }),
    scale: numberFlag(flags, "scale", { min: 0, below: 1 }),
    shear: numberFlag(flags, "shear", { min: 0, max: 10 }),
    elastic: numberFlag(flags, "elastic", { min: 0, max: 28 }),
    thickness: numberFlag(flags, "thickness", { min: 0, max: 1 }),
  });
  return Object.keys(given).length > 0 ? given : undefined;
}

function betasFlag(flags: Flags): [number, number] | undefined {
  const text = textFlag(flags, "betas");
  if (text === undefined) return undefined;
  const parts = text.split(",");
  if (parts.length !== 2) throw new UsageError(`--betas takes two numbers, as in --betas 0.9,0.999; got ${text}.`);
  return parts.map((beta) => numberFlag({ betas: beta }, "betas", { min: 0, below: 1 }) as number) as [number, number];
}

/** What was given. */
function known<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * The recipe that flags ask for.
 *
 * @param all the networks that are trained with these flags
 * @throws {UsageError} a flag that has no effect, or contradicts another
 */
export function recipeOf(
  model: ModelName,
  preset: Preset,
  given: RecipeChoices,
  all: readonly ModelName[] = [model],
): Recipe {
  // Where several are trained, a flag may be for some of them.
  const hasDropout = (name: ModelName): boolean => networkOf(name).presets[preset].dropout !== null;
  const dropout = hasDropout(model) || !all.some(hasDropout) ? given.dropout : undefined;
  try {
    return recipeFor(model, preset, { ...given, dropout });
  } catch (error) {
    if (error instanceof RecipeError) throw new UsageError(error.say(flagOf));
    throw error;
  }
}

function flagOf(setting: Setting): string {
  if (setting === "augment") return "--rotate or another";
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
