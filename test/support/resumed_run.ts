// A run that is stopped and resumed, each time as a new process would: another model, another optimizer, and
// nothing between them but the bytes of a state.

import * as assert from "uvu/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { stateDict } from "../../lib/formats/checkpoint.ts";
import type { Module } from "../../lib/nn/module.ts";
import type { EpochReport, History } from "../../lib/train/history.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import type { TrainerOptions } from "../../lib/train/trainer_options.ts";
import { decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/train/training_state.ts";

export interface Recipe {
  /** A network as it is before its first step. */
  model(): Module;
  options(model: Module): TrainerOptions;
  train: Dataset;
  validation: Dataset;
}

/** "2.5": after step 5 of epoch 2; "2": after its end. */
export type Stop = string;

export interface Finished {
  history: History;
  weights: string;
}

/** Trains to the end, stopped at each of these points in turn. */
export async function runWithStops(recipe: Recipe, stops: readonly Stop[] = []): Promise<Finished> {
  let resume: TrainingState | undefined;
  for (const stop of stops) {
    const bytes = await runUntil(recipe, stop, resume);
    resume = decodeTrainingState(bytes, stop).state;
  }
  const model = recipe.model();
  const trainer = new Trainer(model, recipe.options(model));
  const history = await trainer.fit(recipe.train, recipe.validation, { resume });
  return { history, weights: weightsOf(model) };
}

/** @returns the state with which the run was stopped there, as bytes */
export async function runUntil(recipe: Recipe, stop: Stop, resume?: TrainingState): Promise<Uint8Array<ArrayBuffer>> {
  const controller = new AbortController();
  const model = recipe.model();
  let bytes: Uint8Array<ArrayBuffer> | null = null;
  const abortAt = (point: Stop): void => {
    if (point === stop) controller.abort(new Error("stop"));
  };
  const options = recipe.options(model);
  const trainer = new Trainer(model, {
    ...options,
    signal: controller.signal,
    onStep: ({ epoch, step }) => abortAt(`${epoch}.${step}`),
    onEpoch: ({ epoch }) => abortAt(`${epoch}`),
    onCheckpoint: (state) => {
      bytes = encodeTrainingState(state);
    },
  });
  const error = await trainer.fit(recipe.train, recipe.validation, { resume }).catch((caught) => caught);
  assert.is(error, controller.signal.reason, `it was not stopped at ${stop}: ${(error as Error).stack}`);
  assert.ok(bytes, "no state was handed out");
  return bytes;
}

/** All parameters and buffers, to the bit. */
export function weightsOf(model: Module): string {
  return Object.entries(stateDict(model))
    .map(([name, { data }]) => `${name} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")}`)
    .join("\n");
}

/** A history without what the clock says. */
export function timeless({ epochs, best, kept, stopped }: History): object {
  const plain = ({ seconds: _, samplesPerSecond: __, ...rest }: EpochReport): object => rest;
  return { epochs: epochs.map(plain), best: best && plain(best), kept: kept && plain(kept), stopped };
}
