// StoredRun: a run as it lies in its folder, and what its record says of how it went.

import { join } from "node:path";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { isRunnerAlive } from "../../lib/base/run_process.node.ts";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";
import { reasonOf, systemCode } from "../../lib/base/system_error.ts";
import { sweep } from "../../lib/formats/temporary_file.node.ts";
import { DataError } from "../../lib/index.ts";
import type { MeasuredOn, ModelName } from "../../models/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { CHECKPOINT_FILE, RUN_FILE, STATE_FILE } from "./run_folder.ts";
import { isFinished, type RunRecord, readRunRecord } from "./run_record.ts";

/** A folder that may be a run's. */
export interface RunLocation {
  model: ModelName;
  id: string;
  path: string;
}

export interface StoredRun extends RunLocation {
  /** Empty where run.json is of no use. */
  record: RunRecord;
  /** Why it is of no use; null where it is. */
  problem: string | null;
  hasCheckpoint: boolean;
  /** Whether there is a state, from which a run that has not finished resumes. */
  hasState: boolean;
  /** Whether the process of a run that says "running" is there; null where that cannot be known, or does not matter. */
  isAlive: boolean | null;
}

export function readRun({ model, id, path }: RunLocation): StoredRun {
  const { record, problem } = recordIn(path);
  const isAlive = record.status === "running" ? isRunnerAlive(record.runner) : null;
  // Nobody else writes in its folder.
  if (isAlive === false) sweep(path);
  return {
    ...{ model, id, path, record, problem },
    hasCheckpoint: isFile(join(path, CHECKPOINT_FILE)),
    hasState: isFile(join(path, STATE_FILE)),
    isAlive,
  };
}

/** @returns an empty record where the file is of no use, and why it is not */
export function recordIn(folder: string): { record: RunRecord; problem: string | null } {
  const none = (problem: string) => ({ record: readRunRecord("{}", RUN_FILE), problem });
  let text: string;
  try {
    text = readFileBounded(join(folder, RUN_FILE), FILE_LIMITS.record).toString();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return none(`it has no ${RUN_FILE}`);
    return none(`${RUN_FILE} cannot be read${code ? ` (${code})` : `: ${reasonOf(error)}`}`);
  }
  try {
    return { record: readRunRecord(text, RUN_FILE), problem: null };
  } catch (error) {
    if (error instanceof DataError) return none(`${RUN_FILE} is damaged: it holds no JSON object`);
    throw error;
  }
}

export function isFile(path: string): boolean {
  return statIfAny(path)?.isFile() === true;
}

/** What to call its state: a run that died says "running" itself. */
export function statusOf({ record, problem, isAlive }: StoredRun): string {
  if (problem !== null) return "damaged";
  if (record.status !== "running" || isAlive === true) return record.status;
  return isAlive === false ? "died" : "running?";
}

/** What it failed of; null where it did not, or nobody could write it down. */
export function failureOf({ record }: StoredRun): string | null {
  return record.status === "failed" ? record.error : null;
}

/** The epochs that it went through, and whether it stopped within the one after them; null where nobody knows. */
export function epochsOf({ record }: StoredRun): { done: number; isWithinNext: boolean } | null {
  if (!record.history) return null;
  const { epochs, stopped } = record.history;
  // What a time limit stopped within an epoch was validated there, and has an entry in its history.
  const isWithinNext = epochs.length > 0 && (stopped?.step ?? 0) > 0;
  return { done: epochs.length - (isWithinNext ? 1 : 0), isWithinNext };
}

/** How long it has trained; null where nobody knows. */
export function secondsOf({ record: { result, history } }: StoredRun): number | null {
  if (result.seconds !== null) return result.seconds;
  const epochs = history?.epochs ?? [];
  return epochs.length > 0 ? epochs.reduce((total, { seconds }) => total + (seconds ?? 0), 0) : null;
}

/** What its accuracies are about. */
export function measuredOnOf({ record: { dataset } }: StoredRun): MeasuredOn {
  return { dataset: dataset.name, images: dataset.test?.size ?? null, trainedOn: dataset.trainedOn };
}

/** Whether it can be resumed, which asks the state and not a run.json that is damaged. */
export function isResumable({ hasState, record, isAlive }: StoredRun): boolean {
  return hasState && !isFinished(record) && isAlive !== true;
}

/** Why it is not a run that finished and was measured; null where it is. */
export function whyUnfinished(run: StoredRun): string | null {
  if (run.problem !== null) return run.problem;
  const status = statusOf(run);
  const { done = 0 } = epochsOf(run) ?? {};
  const planned = run.record.recipe.epochs;
  const after = done > 0 ? ` after epoch ${done}${planned === undefined ? "" : ` of ${planned}`}` : "";
  if (status === "running" || status === "running?") return "it is still running";
  if (status === "died") return `its process died${after}`;
  if (status === "interrupted") return `it was interrupted${after}`;
  const failure = failureOf(run);
  if (status === "failed") return `it failed${after}${failure === null ? "" : `: ${failure.replace(/\.$/, "")}`}`;
  if (run.record.result.testAccuracy !== null) return null;
  return `its accuracy on the test images is not known (status ${status})`;
}
