// RunSpec: what a training run was asked for. It is fixed when the run begins, and resumed as it is.

import { type Fields, fieldsOf, isFields, numberOf, textOf } from "../../lib/base/fields.ts";
import {
  DECAYS,
  type ExperimentSpec,
  isModelName,
  KEEPS,
  OPTIMIZERS,
  PRESETS,
  type Recipe,
  SCHEDULES,
  SPLITS,
  STILL,
} from "../../models/index.ts";

export interface RunSpec extends ExperimentSpec {
  /** At most this many images of each set; null: all. */
  limit: number | null;
  /** Where the data are: a source's name, never "auto", or a folder. */
  data: string;
  /** What the data set in that folder is called; null for MNIST. */
  datasetName: string | null;
  /** The command that began it. */
  command: string;
  /** As ISO 8601. */
  started: string;
  /** When it was resumed, likewise. */
  resumed: readonly string[];
}

/** What may change from one part of a run to the next: no weight depends on it. */
export interface RunOptions {
  /** The training time of the whole run, in seconds; undefined: no limit. */
  maxSeconds: number | undefined;
  /** Seconds between two states within an epoch. */
  saveEvery: number;
  /** The folder of all runs. */
  outputs: string;
}

/** What recipes had that were written before there was a setting for it. */
const BEFORE = { validation: 5000, split: "random", cooldown: 0 } as const;
/** What settings and choices were called before. */
const FORMER_NAMES: Readonly<Record<string, string>> = { heldOut: "split", settle: "cooldown" };
const FORMER_SPLITS: Readonly<Record<string, string>> = { drawn: "random", block: "contiguous" };

/** The settings that a file tells of a recipe, of this version or an earlier one. */
export function readRecipe(value: unknown): Partial<Recipe> {
  if (!isFields(value) || Object.keys(value).length === 0) return {};
  const named = Object.entries(value).map(([name, setting]) => [FORMER_NAMES[name] ?? name, setting]);
  const fields: Fields = { ...BEFORE, ...Object.fromEntries(named) };
  const recipe: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const setting = name in fields ? read(fields[name]) : undefined;
    if (setting !== undefined) recipe[name] = setting;
  }
  return recipe;
}

type Read = (value: unknown) => unknown;

const number: Read = (value) => numberOf(value) ?? undefined;
const numberOrNull: Read = (value) => (value === null ? null : number(value));
const oneOf =
  (choices: readonly string[]): Read =>
  (value) =>
    choices.includes(value as string) ? value : undefined;

/** How each setting is read; undefined where it is not what it should be. */
const READERS: Readonly<Record<keyof Recipe, Read>> = {
  preset: oneOf(PRESETS),
  validation: number,
  split: (value) => oneOf(SPLITS)(FORMER_SPLITS[String(value)] ?? value),
  epochs: number,
  batchSize: number,
  optimizer: oneOf(OPTIMIZERS),
  lr: number,
  schedule: oneOf(SCHEDULES),
  warmup: numberOrNull,
  minLr: numberOrNull,
  momentum: numberOrNull,
  betas: (value) => {
    const [first, second] = Array.isArray(value) ? value.map(numberOf) : [];
    return value === null ? null : first != null && second != null ? [first, second] : undefined;
  },
  weightDecay: number,
  decay: oneOf(DECAYS),
  labelSmoothing: number,
  dropout: numberOrNull,
  average: number,
  keep: oneOf(KEEPS),
  augment: (value) => {
    const parts = Object.keys(STILL).map((name) => [name, numberOf(fieldsOf(value)[name]) ?? 0]);
    return isFields(value) ? Object.fromEntries(parts) : undefined;
  },
  cooldown: number,
};

/** @returns null where it is not what this version, or an earlier one, writes */
export function readRunSpec(value: unknown): RunSpec | null {
  const fields = fieldsOf(value);
  const { model, resumed } = fields;
  const recipe = {
    warmup: null,
    minLr: null,
    momentum: null,
    betas: null,
    dropout: null,
    ...readRecipe(fields.recipe),
  };
  const seed = numberOf(fields.seed);
  if (!isModelName(model) || !isWhole(recipe) || seed === null) return null;
  return {
    model,
    recipe,
    seed,
    patience: numberOf(fields.patience),
    limit: numberOf(fields.limit),
    data: textOf(fields.data) ?? "auto",
    datasetName: textOf(fields.datasetName),
    command: textOf(fields.command) ?? "",
    started: textOf(fields.started) ?? new Date(0).toISOString(),
    resumed: Array.isArray(resumed) ? resumed.filter((time) => typeof time === "string") : [],
  };
}

function isWhole(recipe: Partial<Recipe>): recipe is Recipe {
  return Object.keys(READERS).every((name) => name in recipe);
}
