// The runs in a folder as they are listed, and the one among them that an operand names.

import { CheckpointError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { suggest } from "../terminal/suggest.ts";
import { findRun, runFolders } from "./find_run.ts";
import { type RunRecord, readRun } from "./run_record.ts";

/** As createRunFolder names them: a time, and a number for the second of two within a second. */
const RUN_ID = /^\d{8}-\d{6}(-\d+)?$/;

/** Newest first. A folder of another name counts when it holds something of a run. */
export function listRuns(outputs: string, models: readonly ModelName[] = MODEL_NAMES): RunRecord[] {
  return runFolders(outputs, models)
    .map(readRun)
    .filter(({ id, hasCheckpoint, problem }) => RUN_ID.test(id) || hasCheckpoint || problem === null);
}

/**
 * @param runs  newest first
 * @param where for messages: the folder they are in
 * @throws {CheckpointError} there is none that the word means
 * @throws {UsageError} there are several
 */
export function runNamed(runs: readonly RunRecord[], word: string, where: string): RunRecord {
  if (runs.length === 0) {
    throw new CheckpointError(`${word}: there is no run in ${where}. Train one first: mnist train.`, { where });
  }
  const found = findRun(runs, word, word);
  if (found) return found;
  const ids = runs.map(({ id }) => id);
  const near = suggest(word, ids) ?? suggest(word, runs.map(({ model, id }) => `${model}/${id}`)); // biome-ignore format: one line
  const hint = near ? `Did you mean ${near}?` : `The latest is ${ids[0]}.`;
  throw new CheckpointError(`${word}: there is no such run in ${where}. ${hint} mnist runs lists them.`, {
    where,
    word,
  });
}
