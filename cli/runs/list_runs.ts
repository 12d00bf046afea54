// The runs in a folder, newest first; and the one that somebody means.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../load/model_names.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { suggest } from "../terminal/suggest.ts";
import { type RunRecord, readRun } from "./run_record.ts";

/** As createRunFolder names them: a time, and a number for the second of two within a second. */
const RUN_ID = /^\d{8}-\d{6}(-\d+)?$/;

/** Newest first. A folder of another name counts when it holds something of a run. */
export function listRuns(outputs: string, models: readonly ModelName[] = MODEL_NAMES): RunRecord[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return models
    .flatMap((model) => foldersIn(join(outputs, model)).map((id) => readRun(outputs, model, id)))
    .filter(({ id, hasCheckpoint, problem }) => RUN_ID.test(id) || hasCheckpoint || problem === null)
    .sort((a, b) => compare(b.id, a.id) || compare(a.model, b.model));
}

function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * The run that a word means: its id, the beginning of one, `model/id`, or "latest".
 *
 * @param runs newest first
 * @param where for messages: the folder they are in
 * @throws {CheckpointError} there is none
 * @throws {UsageError} there are several, or it is a path
 */
export function findRun(runs: readonly RunRecord[], word: string, where: string): RunRecord {
  if (runs.length === 0) {
    throw new CheckpointError(`${word}: there is no run in ${where}. Train one first: mnist train.`, { where });
  }
  if (word === "latest") return runs[0];
  const named = (run: RunRecord): string[] => [run.id, `${run.model}/${run.id}`];
  const exact = runs.filter((run) => named(run).includes(word));
  const found = exact.length > 0 ? exact : runs.filter((run) => named(run).some((name) => name.startsWith(word)));
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const names = found.slice(0, 3).map(({ model, id }) => `${model}/${id}`);
    throw new UsageError(
      `${word}: ${found.length} runs are called so: ${names.join(", ")}${found.length > 3 ? " …" : ""}. Name one.`,
    );
  }
  const near =
    suggest(
      word,
      runs.map(({ id }) => id),
    ) ??
    suggest(
      word,
      runs.map((run) => named(run)[1]),
    );
  const hint = near ? `Did you mean ${near}?` : `The latest is ${runs[0].id}.`;
  throw new CheckpointError(`${word}: there is no such run in ${where}. ${hint} mnist runs lists them.`, {
    where,
    word,
  });
}
