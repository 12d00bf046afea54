// What a training run is asked for, in the words of the command line: each setting is a flag of `mnist train`, and has its name
// in the page's address, too. Null means: as the preset has it.

import {
  DECAYS,
  DEFAULT_MODEL,
  KEEPS,
  MODEL_NAMES,
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
import { type Rule, type Rules, whole } from "../app/fragment.ts";
import { sentence } from "./format.ts";

/** Where the digits come from; `own`: files or pictures that were given to the page, which no link holds. */
export const DATA_SOURCES = ["sample", "synthetic", "own"] as const;
export type DataSource = (typeof DATA_SOURCES)[number];

export interface TrainSettings {
  readonly data: DataSource;
  readonly model: ModelName;
  readonly preset: Preset;
  readonly epochs: number;
  readonly seed: number;
  /** At most this many images of each set. */
  readonly limit: number | null;
  /** Null: as many as are worth it. */
  readonly threads: number | null;
  readonly patience: number | null;
  readonly "batch-size": number | null;
  readonly optimizer: Recipe["optimizer"] | null;
  readonly lr: number | null;
  readonly schedule: Recipe["schedule"] | null;
  readonly warmup: number | null;
  readonly "min-lr": number | null;
  readonly momentum: number | null;
  readonly "weight-decay": number | null;
  readonly decay: Recipe["decay"] | null;
  readonly "label-smoothing": number | null;
  readonly dropout: number | null;
  readonly average: number | null;
  readonly validation: number | null;
  readonly split: Recipe["split"] | null;
  readonly keep: Recipe["keep"] | null;
  readonly rotate: number | null;
  readonly shift: number | null;
  readonly scale: number | null;
  readonly shear: number | null;
  readonly elastic: number | null;
  readonly thickness: number | null;
  readonly stretch: number | null;
  readonly gaps: number | null;
  readonly blur: number | null;
  readonly coarse: number | null;
  readonly contrast: number | null;
  readonly noise: number | null;
  readonly blocks: number | null;
  readonly cooldown: number | null;
}

/** No run that anybody would wait for has more; a seed is a whole number that JavaScript holds exactly. */
const [MOST_EPOCHS, MOST_IMAGES, MOST_BATCH, MOST_THREADS] = [1000, 1_000_000, 4096, 64];
/** An image of the CNN's batch takes 0.2 MiB: of a device's memory that leaves four fifths for everything else. */
const BATCH_FOR_A_GIB = 1024;
/** What a link may ask of this device. */
const MOST = mostOf(globalThis.navigator ?? {});
/** Drawn in a few seconds. */
export const SYNTHETIC_LIMIT = 10_000;
/** Fractions below 1, as the smallest step of the form has them. */
const BELOW_1 = 0.9999;
const PRESET: Preset = "fast";
/** With the sample: 98 % of the test digits, in seconds. */
const EPOCHS = 3;

export const RULES: Rules<TrainSettings> = {
  data: choice(DATA_SOURCES, "sample"),
  model: choice(MODEL_NAMES, DEFAULT_MODEL),
  preset: choice(PRESETS, PRESET),
  epochs: whole(1, MOST_EPOCHS, EPOCHS),
  seed: whole(0, Number.MAX_SAFE_INTEGER, 0),
  limit: orNull(whole(10, MOST_IMAGES, 0)),
  threads: orNull(whole(1, MOST.threads, 0)),
  patience: orNull(whole(1, MOST_EPOCHS, 0)),
  "batch-size": orNull(whole(1, MOST.batchSize, 0)),
  optimizer: orNull(choice(OPTIMIZERS, "sgd")),
  lr: orNull(decimal(1e-6, 10)),
  schedule: orNull(choice(SCHEDULES, "constant")),
  warmup: orNull(decimal(0, BELOW_1)),
  "min-lr": orNull(decimal(0, 10)),
  momentum: orNull(decimal(0, BELOW_1)),
  "weight-decay": orNull(decimal(0, 10)),
  decay: orNull(choice(DECAYS, "all")),
  "label-smoothing": orNull(decimal(0, BELOW_1)),
  dropout: orNull(decimal(0, BELOW_1)),
  average: orNull(decimal(0, 0.999999)),
  validation: orNull(whole(1, MOST_IMAGES, 0)),
  split: orNull(choice(SPLITS, "random")),
  keep: orNull(choice(KEEPS, "best")),
  rotate: orNull(decimal(0, 180)),
  shift: orNull(decimal(0, 28)),
  scale: orNull(decimal(0, BELOW_1)),
  shear: orNull(decimal(0, 10)),
  elastic: orNull(decimal(0, 28)),
  thickness: orNull(decimal(0, 2)),
  stretch: orNull(decimal(0, 1)),
  gaps: orNull(decimal(0, 28)),
  blur: orNull(decimal(0, 1)),
  coarse: orNull(decimal(0, 15)),
  contrast: orNull(decimal(0, BELOW_1)),
  noise: orNull(decimal(0, 1)),
  blocks: orNull(decimal(0, 1)),
  cooldown: orNull(decimal(0, 1)),
};

/**
 * @param device.deviceMemory in GiB, rounded, where the browser says
 * @returns threads: as there are processors; batchSize: as memory has room for
 */
export function mostOf(device: { readonly hardwareConcurrency?: number; readonly deviceMemory?: number }): {
  readonly threads: number;
  readonly batchSize: number;
} {
  const { hardwareConcurrency = MOST_THREADS, deviceMemory = MOST_BATCH / BATCH_FOR_A_GIB } = device;
  return {
    threads: Math.min(MOST_THREADS, hardwareConcurrency),
    batchSize: Math.min(MOST_BATCH, Math.floor(BATCH_FOR_A_GIB * deviceMemory)),
  };
}

/** The settings that a preset leaves to itself: chosen when another preset, or another network, is. */
export function settingsOfPreset(model: ModelName, preset: Preset): Partial<TrainSettings> {
  const { data: _, seed: _seed, limit: _limit, threads: _threads, ...ofRecipe } = RULES;
  const cleared = Object.fromEntries(Object.entries(ofRecipe).map(([name, { otherwise }]) => [name, otherwise]));
  const { epochs } = networkOf(model).presets[preset];
  return { ...cleared, model, preset, epochs: preset === PRESET && model === DEFAULT_MODEL ? EPOCHS : epochs };
}

/** The recipe that these settings come to, or in one line why there is none. */
export function recipeOf(settings: TrainSettings): { recipe: Recipe } | { problem: string } {
  const augment = known({
    rotate: settings.rotate,
    shift: settings.shift,
    scale: settings.scale,
    shear: settings.shear,
    elastic: settings.elastic,
    thickness: settings.thickness,
    stretch: settings.stretch,
    gaps: settings.gaps,
    blur: settings.blur,
    coarse: settings.coarse,
    contrast: settings.contrast,
    noise: settings.noise,
    blocks: settings.blocks,
  });
  const given: { readonly [Name in keyof RecipeChoices]: RecipeChoices[Name] | null } = {
    epochs: settings.epochs,
    batchSize: settings["batch-size"],
    optimizer: settings.optimizer,
    lr: settings.lr,
    schedule: settings.schedule,
    warmup: settings.warmup,
    minLr: settings["min-lr"],
    momentum: settings.momentum,
    weightDecay: settings["weight-decay"],
    decay: settings.decay,
    labelSmoothing: settings["label-smoothing"],
    dropout: settings.dropout,
    average: settings.average,
    validation: settings.validation,
    split: settings.split,
    // Who waits for a better epoch wants that one.
    keep: settings.keep ?? (settings.patience === null ? null : "best"),
    augment: Object.keys(augment).length > 0 ? augment : null,
    cooldown: settings.cooldown,
  };
  try {
    return { recipe: recipeFor(settings.model, settings.preset, known(given) as RecipeChoices) };
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return { problem: sentence(error.say((setting) => LABELS[setting] ?? setting)) };
  }
}

/** What the form calls what a recipe calls otherwise. */
const LABELS: Partial<Record<Setting, string>> = {
  augment: "a distortion, such as rotation,",
  betas: "decay rates of its own",
  lr: "the learning rate",
  minLr: "the final rate",
  batchSize: "the batch size",
  weightDecay: "weight decay",
  labelSmoothing: "label smoothing",
  model: "network",
};

/** @returns undefined where the digits are the page's own affair, and no command can name them */
export function dataWords(
  { data, limit }: TrainSettings,
  own: { readonly dataWords: readonly string[] | null } | null,
): string[] | undefined {
  if (data === "sample") return ["--data", "sample", ...limitWords(limit)];
  if (data === "synthetic") return ["--data", "synthetic", ...limitWords(limit ?? SYNTHETIC_LIMIT)];
  return own?.dataWords ? ["--data", ...own.dataWords, ...limitWords(limit)] : undefined;
}

function limitWords(limit: number | null): string[] {
  return limit === null ? [] : ["--limit", String(limit)];
}

/** What the page decides, or another flag says. */
const NO_FLAG: readonly (keyof TrainSettings)[] = ["data", "limit", "threads"];

/**
 * The command that trains the same weights.
 *
 * @param data as `dataWords` gives them
 * @example "npx mnist train --data sample --preset fast --epochs 3"
 */
export function commandOf(settings: TrainSettings, data: readonly string[]): string {
  const { model, preset, epochs } = settings;
  // What the command line has of itself is left out.
  const silent: Partial<TrainSettings> = {
    model: DEFAULT_MODEL,
    preset: "standard",
    seed: 0,
    epochs: networkOf(model).presets[preset].epochs,
  };
  const words = (Object.keys(RULES) as (keyof TrainSettings)[])
    .filter((name) => !NO_FLAG.includes(name))
    .filter((name) => settings[name] !== null && settings[name] !== silent[name])
    .flatMap((name) => [`--${name}`, String(name === "epochs" ? epochs : settings[name])]);
  return ["npx", "mnist", "train", ...data, ...words].map(shellWord).join(" ");
}

function shellWord(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function known<T extends object>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };
}

function choice<T extends string>(choices: readonly T[], otherwise: T): Rule<T> {
  return { otherwise, read: (text) => choices.find((each) => each === text), write: String };
}

/** A number as people write it; one outside is taken to the nearest that is allowed. */
function decimal(low: number, high: number): Rule<number> {
  return {
    otherwise: low,
    read: (text) => (/^-?\d*\.?\d+(e-?\d+)?$/i.test(text) ? Math.min(high, Math.max(low, Number(text))) : undefined),
    write: String,
  };
}

function orNull<T>({ read, write }: Rule<T>): Rule<T | null> {
  return { otherwise: null, read, write: (value) => (value === null ? "" : write(value)) };
}
