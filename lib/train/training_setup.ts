// @internal What two parts of a run must have in common.

import { CheckpointError } from "../base/errors.ts";
import { escapeControls, printableName } from "../base/printable.ts";
import type { AnyDataset } from "../data/dataset.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { runtimeInfo } from "../runtime/info.ts";
import type { TrainerOptions } from "./trainer_options.ts";

export type TrainingSetup = Readonly<Record<string, unknown>>;

/**
 * What decides the weights, as far as it can be compared: not the optimizer's own options, nor the schedule, which the
 * caller has to make again; of a loss only its name. How a run is stopped, and how many threads it has, decides nothing.
 */
export function setupOf(options: TrainerOptions, train: AnyDataset, validation: AnyDataset): TrainingSetup {
  const { epochs, batchSize, seed = 0, clipNorm = null, labelSmoothing = 0, loss: given = crossEntropy } = options;
  const { augment = null, cooldown = 0, average = null, restoreBest = true } = options;
  const [trainingSet, validationSet] = [train, validation].map(({ name, size, digest }) => ({ name, size, digest }));
  const normalization = { training: train.normalization, validation: validation.normalization };
  const { arithmetic: kernels } = runtimeInfo();
  const loss = given === crossEntropy ? null : given.name || "unnamed";
  const regularisation = { clipNorm, labelSmoothing, augment, cooldown: cooldown > 0 ? cooldown : null, average };
  const data = { trainingSet, validationSet, normalization };
  return { kernels, ...data, epochs, batchSize, seed, loss, ...regularisation, restoreBest };
}

/** @throws {CheckpointError} with the first thing that differs */
export function checkSetup(state: TrainingSetup, ours: TrainingSetup): void {
  const theirs = inTodaysWords(state, ours);
  const text = (setup: TrainingSetup, name: string): string =>
    JSON.stringify((Object.hasOwn(setup, name) ? setup[name] : null) ?? null);
  const differs = (name: string): boolean => text(theirs, name) !== text(ours, name);
  const name = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].find(differs);
  if (name === undefined) return;
  const [there, here] = [theirs, ours].map((setup) => escapeControls(text(setup, name)).slice(0, 200));
  const values = `${there} in the state but ${here} here`;
  const advice =
    name === "kernels"
      ? "These round differently: resume where the run began, or where runtimeInfo().arithmetic says the same."
      : "Resume with what the run began with.";
  throw new CheckpointError(`fit: cannot resume: ${printableName(name)} is ${values}. ${advice}`, {
    name,
    state: theirs[name],
    here: ours[name],
  });
}

/**
 * A setup of an earlier version as this one would have written it. `cooldown` was called settle; every data set was
 * normalised by the same two numbers, which the setup did not say. What else it does not name, the run did not have; nor parts
 * of the augmentation that there were not.
 */
function inTodaysWords({ settle, ...state }: TrainingSetup, ours: TrainingSetup): TrainingSetup {
  const cooldown = state.cooldown ?? settle ?? null;
  const absent = Object.entries(isFields(ours.augment) ? ours.augment : {}).filter(([, most]) => most === 0);
  const augment = isFields(state.augment) ? { ...Object.fromEntries(absent), ...state.augment } : state.augment;
  return { normalization: ours.normalization, ...state, augment: inOrderOf(augment, ours.augment), cooldown };
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same with its fields in the other's order. */
function inOrderOf(value: unknown, other: unknown): unknown {
  if (!isFields(value) || !isFields(other)) return value;
  const names = [...Object.keys(other).filter((name) => Object.hasOwn(value, name)), ...Object.keys(value)];
  return Object.fromEntries([...new Set(names)].map((name) => [name, value[name]]));
}
