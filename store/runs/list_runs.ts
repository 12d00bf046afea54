// The runs in a folder, and the one among them that a word names.

import { join } from "node:path";
import { nearest } from "../../lib/base/nearest.ts";
import { NotFoundError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { checkWord, findRun, folderOf, networksMeant, noSuchRun, runFolders } from "./find_run.ts";
import { CHECKPOINT_FILE } from "./run_folder.ts";
import { isRunId } from "./run_id.ts";
import { isFile, readRun, type StoredRun } from "./stored_run.ts";

/** Newest first. A folder of another name counts when it holds something of a run. */
export function listRuns(outputs: string, models: readonly ModelName[] = MODEL_NAMES): StoredRun[] {
  return runFolders(outputs, models)
    .map(readRun)
    .filter(({ id, hasCheckpoint, problem }) => isRunId(id) || hasCheckpoint || problem === null);
}

/**
 * @param runs  newest first
 * @param where the folder they are in
 * @throws {NotFoundError} no run matches the word; `details.near` is one that was perhaps meant
 * @throws {AmbiguousError} there are several
 * @throws {OptionError} a blank word, or a path
 */
export function runNamed(runs: readonly StoredRun[], word: string, where: string): StoredRun {
  checkWord(word);
  if (runs.length === 0)
    throw new NotFoundError(`findRun: there is no run in ${where}.`, { word, where, latest: null });
  const found = findRun(runs, word);
  if (found) return found;
  const ids = runs.map(({ id }) => id);
  const near = nearest(word, ids) ?? nearest(word, runs.map(({ model, id }) => `${model}/${id}`)); // biome-ignore format: one line
  const hint = near === null ? `The latest is ${ids[0]}.` : `Did you mean ${near}?`;
  throw new NotFoundError(`findRun: there is no such run in ${where}. ${hint}`, { word, where, near, latest: ids[0] });
}

/**
 * The checkpoint of a run.
 *
 * @param among of which networks
 * @param word  a run's id, the beginning of one, or "latest": the newest that has a checkpoint; or one of these behind its
 *   network, as in linear/latest
 * @throws {OptionError} a path, the beginning of several ids, or a run of another network
 * @throws {NotFoundError} there is no such run, or it has no checkpoint
 */
export function checkpointOfRun(
  outputs: string,
  among: readonly ModelName[],
  word: string,
): { path: string; model: ModelName } {
  const models = networksMeant(word, among);
  const runs = runFolders(outputs, models).filter(({ path }) => isFile(join(path, CHECKPOINT_FILE)));
  const found = findRun(runs, word);
  if (found) return { path: join(found.path, CHECKPOINT_FILE), model: found.model };
  throw noSuchRun("run with a checkpoint", folderOf(outputs, models), runs[0]?.id ?? null, word);
}
