// The checkpoint of the run that a flag names.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { findRun, networksMeant, runFolders } from "./find_run.ts";
import { CHECKPOINT_FILE } from "./run_file.ts";

/**
 * @param among of which networks
 * @param id    a run's id, the beginning of one, or "latest": the newest that has a checkpoint; or one of these behind
 *   its network, as in linear/latest
 * @param flag  for messages
 * @throws {UsageError} no id at all: a path; the beginning of several; or a network that is not asked for
 * @throws {CheckpointError} there is no such run, or it has no checkpoint
 */
export function checkpointOfRun(
  outputs: string,
  among: readonly ModelName[],
  id: string,
  flag = "--run",
): { path: string; model: ModelName } {
  const models = networksMeant(flag, id, among, " For a file use --checkpoint.");
  const runs = runFolders(outputs, models).filter(({ path }) => existsSync(join(path, CHECKPOINT_FILE)));
  const remedy = models.length > 1 ? "Name one, with --model if need be." : "Name one.";
  const found = findRun(runs, id, `${flag} ${id}`, remedy);
  if (found) return { path: join(found.path, CHECKPOINT_FILE), model: found.model };
  const [only, ...others] = models;
  const parent = others.length === 0 ? join(outputs, only) : outputs;
  const train = others.length === 0 ? `mnist train --model ${only}` : "mnist train";
  const hint = runs.length > 0 ? `The latest is ${runs[0].id}.` : `Train one first: ${train}.`;
  throw new CheckpointError(`${flag} ${id}: there is no such run with a checkpoint in ${parent}. ${hint}`, {
    parent,
    id,
  });
}
