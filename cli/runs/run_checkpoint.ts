// The checkpoint of the run that a flag names.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import type { ModelName } from "../load/model_names.ts";
import { checkRunWord, findRun, runFolders } from "./find_run.ts";
import { CHECKPOINT_FILE } from "./run_file.ts";

/**
 * @param models those among whose runs it is
 * @param id   a run's id, the beginning of one, or "latest": the newest that has a checkpoint
 * @param flag for messages
 * @throws {UsageError} no id at all: a path; or the beginning of several
 * @throws {CheckpointError} there is no such run, or it has no checkpoint
 */
export function checkpointOfRun(
  outputs: string,
  models: readonly ModelName[],
  id: string,
  flag = "--run",
): { path: string; model: ModelName } {
  checkRunWord(flag, id, " For a file use --checkpoint.");
  const runs = runFolders(outputs, models).filter(({ path }) => existsSync(join(path, CHECKPOINT_FILE)));
  const found = findRun(runs, id, `${flag} ${id}`);
  if (found) return { path: join(found.path, CHECKPOINT_FILE), model: found.model };
  const parent = models.length === 1 ? join(outputs, models[0]) : outputs;
  const hint =
    runs.length > 0
      ? `The latest is ${runs[0].id}.`
      : `Train one first: mnist train${models.length === 1 ? ` --model ${models[0]}` : ""}.`;
  throw new CheckpointError(`${flag} ${id}: there is no such run with a checkpoint in ${parent}. ${hint}`, {
    parent,
    id,
  });
}
