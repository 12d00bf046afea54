// The sets that a run learns from, validates and tests with, cut as the command line cuts them.

import { type DigitSet, syntheticDigitsAsync } from "../../data/index.ts";
import type { ExperimentData, Recipe } from "../../models/index.ts";

/** All digits there are. */
export interface AllDigits {
  readonly train: DigitSet;
  readonly test: DigitSet;
  /** "mnist", "synthetic", another data set's name. */
  readonly dataset: string;
  /** As in `TrainedOn`: "MNIST's first 10,000". */
  readonly title: string;
}

export interface TrainingSets extends ExperimentData {
  readonly dataset: string;
  readonly title: string;
}

export interface Cut {
  readonly seed: number;
  /** How many images are set apart for validation; null: the recipe's, or a tenth where that is less. */
  readonly validation: number | null;
  readonly limit: number | null;
  readonly recipe: Pick<Recipe, "validation" | "split">;
}

/** MNIST's sizes, which synthetic digits have, too: where a set begins depends on them. */
const [TRAIN_IMAGES, TEST_IMAGES] = [60_000, 10_000];

/** @throws {Error} validation leaves nothing to train on */
export function trainingSets(all: AllDigits, { seed, validation, limit, recipe }: Cut): TrainingSets {
  const { dataset, title } = all;
  const setApart = setApartOf(all.train.size, validation, recipe);
  const [train, held] = all.train.split(setApart, { seed, how: recipe.split });
  const part = (set: DigitSet): DigitSet => set.take(limit ?? set.size);
  return { train: part(train), validation: part(held), test: part(all.test), dataset, title };
}

/** Made up in code, so that of a limited set no more is made than is used. */
export async function syntheticSets(
  { seed, validation, limit, recipe }: Cut,
  signal: AbortSignal,
): Promise<TrainingSets> {
  const setApart = setApartOf(TRAIN_IMAGES, validation, recipe);
  const digits = (start: number, size: number): Promise<DigitSet> =>
    syntheticDigitsAsync({ start, count: Math.min(size, limit ?? size), seed, signal });
  return {
    train: await digits(0, TRAIN_IMAGES - setApart),
    validation: await digits(TRAIN_IMAGES - setApart, setApart),
    test: await digits(TRAIN_IMAGES, TEST_IMAGES),
    ...{ dataset: "synthetic", title: "synthetic digits, not MNIST" },
  };
}

function setApartOf(size: number, validation: number | null, recipe: Cut["recipe"]): number {
  const setApart = validation ?? Math.min(recipe.validation, Math.floor(size / 10));
  if (setApart < 1) throw new Error(`${size} training images are too few: a tenth of them is needed for validation.`);
  if (setApart < size) return setApart;
  throw new Error(`Validation must leave something to train on; ${setApart} of ${size} images are set apart.`);
}
