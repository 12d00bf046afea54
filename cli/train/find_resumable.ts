// Which run --resume means.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { isRunElsewhere, type Runner } from "../files/run_alive.ts";
import { type FoundRun, findRun, isLatest, networksMeant, runFolders } from "../runs/find_run.ts";
import { isFinished, readRunFile, STATE_FILE } from "../runs/run_file.ts";
import { removeRunState } from "./run_folder.ts";

/** A run that can be gone on with is one of a known network. */
export type ResumableRun = FoundRun & { model: ModelName };

/**
 * @param model of this network; undefined: of any
 * @param id    a run's id, the beginning of one, or "latest": the newest that has a state; or one of these behind its
 *   network, as in linear/latest
 * @throws {UsageError} no id at all, one that several runs have, or a network that is not asked for
 * @throws {CheckpointError} there is no such run, it is done, or another process is at it
 */
export function findResumable(outputs: string, model: ModelName | undefined, id: string): ResumableRun {
  const models = networksMeant("--resume", id, model ? [model] : MODEL_NAMES);
  const runs = runFolders(outputs, models);
  const { open, ended } = withState(runs);
  // Left by a process that was killed just after its run's end: there is nothing to go on with.
  for (const run of ended) removeRunState(run);
  const found = findRun(isLatest(id) ? open : runs, id, `--resume ${id}`, "Name one, with --model if need be.");
  if (!found) throw noSuchRun(outputs, models, id, open);
  checkOpen(found);
  return found;
}

/** Those that have a state, and of these which have come to their end all the same. */
function withState<R extends FoundRun>(runs: readonly R[]): { open: R[]; ended: R[] } {
  const all = runs.filter(({ path }) => existsSync(join(path, STATE_FILE)));
  const ended = all.filter(({ path }) => isFinished(readRunFile(path).content));
  return { open: all.filter((run) => !ended.includes(run)), ended };
}

/** Says where it was sought, and whether it is another network's. */
function noSuchRun(outputs: string, models: readonly ModelName[], id: string, open: FoundRun[]): CheckpointError {
  const where = models.length === 1 ? join(outputs, models[0]) : outputs;
  const others = MODEL_NAMES.filter((name) => !models.includes(name));
  const owner = runFolders(outputs, others).find((run) => run.id === id)?.model;
  const latest = open.length > 0 ? `The latest is ${open[0].id}.` : "None is left unfinished.";
  const hint = owner === undefined ? latest : `It is a run of ${owner}: say --model ${owner}, or leave --model out.`;
  return new CheckpointError(`--resume ${id}: there is no such run to go on with in ${where}. ${hint}`, { id });
}

/** @throws {CheckpointError} it is done, or another process is at it */
export function checkOpen({ id, path }: FoundRun): void {
  const { content: run } = readRunFile(path);
  const hasState = existsSync(join(path, STATE_FILE));
  if (isFinished(run)) {
    throw new CheckpointError(`--resume ${id}: this run has ended (${run.status}); there is nothing left to train.`, {
      path,
    });
  }
  if (!hasState) {
    throw new CheckpointError(`--resume ${id}: ${path} holds no ${STATE_FILE} to go on from; train anew.`, { path });
  }
  if (run.status === "running" && isRunElsewhere(run)) {
    const { pid } = run.runner as Runner;
    throw new CheckpointError(`--resume ${id}: process ${pid} is training this run; wait for it, or stop it.`, {
      path,
      pid,
    });
  }
}
