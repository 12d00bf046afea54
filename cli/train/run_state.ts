// A run's state.safetensors: all that --resume needs, in one file that is replaced in one step.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { CheckpointError, decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/index.ts";
import { isModelName } from "../../models/index.ts";
import { fieldsOf, isFields, parseFields, textOf } from "../files/fields.ts";
import { CHECKPOINT_FILE, STATE_FILE } from "../runs/run_file.ts";
import { messageOf } from "../terminal/report_error.ts";
import type { LogSizes } from "./run_log.ts";
import type { RunPlan } from "./train_job.ts";

/** The part of the state that Trainer does not know. */
export interface RunExtras {
  plan: RunPlan;
  maxSeconds: number | null;
  testSet: { name: string; size: number; digest: string };
  /** How long its log was: what stands behind that comes again. */
  logSizes: LogSizes;
}

export function saveRunState(folder: string, state: TrainingState, extras: RunExtras): void {
  const metadata = { model: extras.plan.model, run: JSON.stringify(extras) };
  writeFileAtomic(join(folder, STATE_FILE), encodeTrainingState(state, metadata));
}

/** @throws {CheckpointError} the file cannot be read, is damaged, or no run's */
export function readRunState(folder: string): { state: TrainingState; extras: RunExtras } {
  const path = join(folder, STATE_FILE);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(`--resume: ${path} cannot be read: ${messageOf(error)}.`, { path });
  }
  const { state, metadata } = decode(bytes, path);
  if (metadata.run === undefined) {
    throw new CheckpointError(`--resume: ${path} was not written by mnist train; resume it with what wrote it.`, {
      path,
    });
  }
  return { state, extras: readExtras(metadata.run, path) };
}

/** What runs had that began before there was a setting for it. */
const BEFORE = { validation: 5000, heldOut: "drawn", settle: 0 };

/** @throws {CheckpointError} it is not what this version writes: the state's digest has no key, so anybody may have made it */
function readExtras(text: string, path: string): RunExtras {
  const extras = parseFields(text) ?? {};
  const plan = fieldsOf(extras.plan);
  const parts = [plan.recipe, extras.testSet, extras.logSizes];
  if (!isModelName(textOf(plan.model) ?? undefined) || !parts.every(isFields)) {
    throw new CheckpointError(
      `--resume: ${path} says nothing of its run that this version understands; resume it with the one that wrote it.`,
      { path },
    );
  }
  return { ...extras, plan: { ...plan, recipe: { ...BEFORE, ...fieldsOf(plan.recipe) } } } as unknown as RunExtras;
}

/** @throws {CheckpointError} as the library has it, and what can be done */
function decode(bytes: Uint8Array, path: string): ReturnType<typeof decodeTrainingState> {
  try {
    return decodeTrainingState(bytes, path);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const folder = dirname(path);
    const kept = existsSync(join(folder, CHECKPOINT_FILE))
      ? `; mnist infer --run ${basename(folder)} still reads the weights that it kept`
      : "";
    throw new CheckpointError(`${error.message} This run cannot go on: name another, or train anew${kept}.`, { path });
  }
}
