// The flags that say how to train, each a setting of the recipe (models/recipe.ts).

import type { Augmentation } from "../../lib/index.ts";
import {
  DECAYS,
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
  SPLITS,
} from "../../models/index.ts";
import { choiceFlag, grouped, valueFlag } from "../command_line/command.ts";
import { type Flags, numberFlag, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const RECIPE_FLAGS = {
  ...grouped("Network", {
    dropout: valueFlag("RATE", "First dropout rate, from 0 to below 1, in a network with dropout layers"),
  }),
  ...grouped("Recipe", {
    preset: choiceFlag("Settings to start from, quickest to most accurate", PRESETS, { byDefault: "standard" }),
    epochs: valueFlag("N", "Passes over the training images"),
    "batch-size": valueFlag("N", "Images per step", { byDefault: "64" }),
    optimizer: choiceFlag("Optimizer; muon needs hidden layers", OPTIMIZERS),
    lr: valueFlag("RATE", "Peak learning rate", { byDefault: "by network and optimizer" }),
    schedule: choiceFlag("Shape of the learning rate over the run", SCHEDULES),
    warmup: valueFlag("PART", "Fraction of the run in which the learning rate rises, from 0 to below 1", {
      byDefault: "0.05 for cosine, 0.3 for one-cycle",
    }),
    "min-lr": valueFlag("RATE", "Learning rate at the end of a cosine schedule"),
    momentum: valueFlag("RATE", "Momentum of sgd and muon, from 0 to below 1", { byDefault: "0.9" }),
    betas: valueFlag("B1,B2", "Decay rates of the two moving averages of adam, adamw and muon"),
    "weight-decay": valueFlag("RATE", "Strength of weight decay, ≥ 0", { byDefault: "by preset and optimizer" }),
    decay: choiceFlag("What decays; weights leaves out biases and normalisation", DECAYS),
    "label-smoothing": valueFlag("PART", "Share of each target that is spread over all digits, from 0 to below 1"),
    average: valueFlag("RATE", "Decay rate of a moving average of the weights (EMA), kept in their place; 0 for none"),
    validation: valueFlag("N", "Training images held back for validation", {
      byDefault: "5000, or fewer by preset",
    }),
    split: choiceFlag(
      "How to choose those: at random, or a contiguous block, whose writers training hardly sees",
      SPLITS,
      {
        byDefault: "random",
        formerly: { until: "0.3", names: ["held-out"], choices: { drawn: "random", block: "contiguous" } },
      },
    ),
    keep: choiceFlag("Epoch whose weights are kept; best is by validation accuracy", KEEPS),
  }),
  ...grouped("Augmentation", {
    rotate: valueFlag("DEGREES", "Rotate each image by at most this angle"),
    shift: valueFlag("PIXELS", "Shift it by at most this distance"),
    scale: valueFlag("PART", "Enlarge or shrink it by at most this fraction"),
    shear: valueFlag("SLOPE", "Slant it by at most this many pixels per pixel"),
    elastic: valueFlag("PIXELS", "Bend it by at most this distance"),
    thickness: valueFlag("PIXELS", "Thicken or thin its strokes by at most this on each side, up to 2"),
    stretch: valueFlag("PART", "Stretch an eighth of them toward a square box, by at most this fraction of the way"),
    gaps: valueFlag("PIXELS", "Punch two holes into an eighth of them, at most this wide"),
    blur: valueFlag("PIXELS", "Blur an eighth of them, by a standard deviation of at most this, up to 1"),
    coarse: valueFlag("PART", "Scan an eighth with pixels larger by at most this fraction: 1.5 is up to 2.5 times"),
    contrast: valueFlag("PART", "Darken an eighth by at most this fraction, harden another; below 1"),
    noise: valueFlag("PART", "Add noise to an eighth, at most this fraction of full scale"),
    blocks: valueFlag("PART", "Compress an eighth as JPEG does, in steps of at most this fraction of full scale"),
    cooldown: valueFlag("PART", "Final fraction of the epochs with augmentation half as strong, from 0 to 1", {
      byDefault: "0",
      formerly: { until: "0.3", names: ["settle"] },
    }),
  }),
};

/** @throws {UsageError} a value that does not fit */
export function readRecipeFlags(flags: Flags): { preset: Preset; given: RecipeChoices } {
  const part = { min: 0, below: 1 };
  const given: Record<keyof RecipeChoices, unknown> = {
    validation: numberFlag(flags, "validation", { min: 1, isInteger: true }),
    split: textFlag(flags, "split"),
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
    cooldown: numberFlag(flags, "cooldown", { min: 0, max: 1 }),
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
    thickness: numberFlag(flags, "thickness", { min: 0, max: 2 }),
    stretch: numberFlag(flags, "stretch", { min: 0, max: 1 }),
    gaps: numberFlag(flags, "gaps", { min: 0, max: 28 }),
    blur: numberFlag(flags, "blur", { min: 0, max: 1 }),
    coarse: numberFlag(flags, "coarse", { min: 0, max: 15 }),
    contrast: numberFlag(flags, "contrast", { min: 0, below: 1 }),
    noise: numberFlag(flags, "noise", { min: 0, max: 1 }),
    blocks: numberFlag(flags, "blocks", { min: 0, max: 1 }),
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
