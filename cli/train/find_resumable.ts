// Which run --resume means.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { type Fields, fieldsOf } from "../files/fields.ts";
import { isRunElsewhere, type Runner } from "../files/run_alive.ts";
import { MODEL_NAMES, type ModelName } from "../load/model_names.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { readRunFile, STATE_FILE } from "./run_folder.ts";

export interface FoundRun {
  model: ModelName;
  id: string;
  /** Its folder. */
  path: string;
}

/**
 * @param model of this network; undefined: of any
 * @param id    a run's id, or "latest": the newest that has a state
 * @throws {UsageError} no id at all, or one that runs of both networks have
 * @throws {CheckpointError} there is no such run, it is done, or another process is at it
 */
export function findResumable(outputs: string, model: ModelName | undefined, id: string): FoundRun {
  if (/[/\\]|^\.+$/.test(id)) throw new UsageError(`--resume takes "latest" or a run's id; got ${id}.`);
  const runs = (model ? [model] : MODEL_NAMES).flatMap((name) => runsOf(outputs, name));
  // Ids are times, so their order is that of the runs; a number at the end counts within a second.
  const { compare } = new Intl.Collator("en", { numeric: true });
  const open = runs.filter(isOpen).sort((a, b) => compare(a.id, b.id));
  const latest = open[open.length - 1];
  const found = id === "latest" ? [latest].filter((run) => run !== undefined) : runs.filter((run) => run.id === id);
  if (found.length > 1) throw new UsageError(`--resume ${id}: both networks have a run of that id; add --model NAME.`);
  if (found.length === 0) {
    const hint = latest ? `The latest is ${latest.id}.` : "None is left unfinished.";
    throw new CheckpointError(`--resume ${id}: there is no such run to go on with in ${outputs}. ${hint}`, { id });
  }
  checkOpen(found[0]);
  return found[0];
}

function runsOf(outputs: string, model: ModelName): FoundRun[] {
  const parent = join(outputs, model);
  if (!existsSync(parent)) return [];
  return readdirSync(parent).map((id) => ({ model, id, path: join(parent, id) }));
}

/** Whether there is something to go on with. The state of a run that was killed just after its end is a leftover. */
function isOpen({ path }: FoundRun): boolean {
  const state = join(path, STATE_FILE);
  if (!existsSync(state)) return false;
  if (!isFinished(readRunFile(path))) return true;
  try {
    rmSync(state, { force: true });
  } catch {
    // It is in nobody's way.
  }
  return false;
}

/** Whether it came to its end; what --max-seconds stopped did not. */
function isFinished({ status, history }: Fields): boolean {
  if (status === "done") return true;
  const stopped = fieldsOf(fieldsOf(history).stopped);
  return typeof status === "string" && status.startsWith("stopped early") && stopped.by === "patience";
}

/** @throws {CheckpointError} it is done, or another process is at it */
export function checkOpen({ id, path }: FoundRun): void {
  const run = readRunFile(path);
  const hasState = existsSync(join(path, STATE_FILE));
  if (isFinished(run)) {
    throw new CheckpointError(`--resume ${id}: this run is ${run.status}; there is nothing left to train.`, { path });
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
