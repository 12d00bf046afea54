// A run's state.safetensors: all that resuming it needs, in one file that is replaced in one step.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { amountOf, countOf, fieldsOf, parseFields } from "../../lib/base/fields.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { reasonOf } from "../../lib/base/system_error.ts";
import { CheckpointError, decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { CHECKPOINT_FILE, STATE_FILE } from "./run_folder.ts";
import type { LogSizes } from "./run_log.ts";
import { type DatasetRecord, readDataset } from "./run_record.ts";
import { type RunSpec, readRunSpec } from "./run_spec.ts";

/** The part of the state that Trainer does not know. */
export interface RunExtras {
  spec: RunSpec;
  maxSeconds: number | null;
  testSet: DatasetRecord;
  /** How long its logs were: what stands behind that comes again. */
  logSizes: LogSizes;
}

export function saveRunState(folder: string, state: TrainingState, extras: RunExtras): void {
  const { spec, maxSeconds, testSet, logSizes } = extras;
  const { name, size, sha256: digest } = testSet;
  const run = { plan: spec, maxSeconds, testSet: { name, size, digest }, logSizes };
  const metadata = { model: spec.model, run: JSON.stringify(run) };
  writeFileAtomic(join(folder, STATE_FILE), encodeTrainingState(state, metadata), { followLinks: false });
}

/** @throws {CheckpointError} the file cannot be read, is damaged, or no run's */
export function readRunState(folder: string): { state: TrainingState; extras: RunExtras } {
  const path = join(folder, STATE_FILE);
  let bytes: Uint8Array;
  try {
    bytes = readFileBounded(path, FILE_LIMITS.weights);
  } catch (error) {
    throw new CheckpointError(`readRunState: ${path} cannot be read: ${reasonOf(error)}.`, { path });
  }
  const { state, metadata } = decode(bytes, path);
  if (metadata.run === undefined) {
    throw new CheckpointError(
      `readRunState: ${path} is not the state of a run kept here; resume it with what wrote it.`,
      {
        path,
      },
    );
  }
  return { state, extras: readExtras(metadata.run, metadata.model, path) };
}

/** @throws {CheckpointError} it is not what this version writes: the state's digest has no key, so anybody may have made it */
function readExtras(text: string, model: string | undefined, path: string): RunExtras {
  const { plan, testSet, logSizes, maxSeconds = null } = parseFields(text) ?? {};
  const spec = readRunSpec(plan);
  const { name, size, digest } = fieldsOf(testSet);
  const tested = readDataset({ name, size, sha256: digest });
  const { metrics, events } = fieldsOf(logSizes);
  const [metricsBytes, eventsBytes] = [countOf(metrics), countOf(events)];
  const limit = amountOf(maxSeconds);
  const isWhole = spec?.model === model && tested && (limit !== null || maxSeconds === null);
  if (!spec || !isWhole || metricsBytes === null || eventsBytes === null) {
    throw new CheckpointError(
      `readRunState: ${path} says nothing of its run that this version understands; resume it with the one that wrote it.`,
      { path },
    );
  }
  return {
    spec,
    maxSeconds: limit,
    testSet: tested,
    logSizes: { metrics: metricsBytes, events: eventsBytes },
  };
}

/** @throws {CheckpointError} as the library has it; `details.checkpoint` is what the run kept all the same, or null */
function decode(bytes: Uint8Array, path: string): ReturnType<typeof decodeTrainingState> {
  try {
    return decodeTrainingState(bytes, path);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const kept = join(dirname(path), CHECKPOINT_FILE);
    const checkpoint = existsSync(kept) ? kept : null;
    throw new CheckpointError(
      `${error.message} This run cannot be resumed: name another, or train again from the start.`,
      {
        path,
        checkpoint,
      },
    );
  }
}
