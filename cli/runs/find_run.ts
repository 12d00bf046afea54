// Which run --run means, and its checkpoint.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export const CHECKPOINT_FILE = "model.safetensors";

/**
 * The checkpoint of a run.
 *
 * @param id a run's id, or "latest": the newest that has a checkpoint
 * @throws {UsageError} no id at all: a path
 * @throws {CheckpointError} there is no such run, or it has no checkpoint
 */
export function checkpointOfRun(outputs: string, model: string, id: string): string {
  if (/[/\\]|^\.+$/.test(id))
    throw new UsageError(`--run takes "latest" or a run's id; got ${id}. For a file use --checkpoint.`);
  const parent = join(outputs, model);
  const runs = existsSync(parent)
    ? readdirSync(parent).filter((name) => existsSync(join(parent, name, CHECKPOINT_FILE)))
    : [];
  // Ids are times, so their order is that of the runs; a number at the end counts within a second.
  const { compare } = new Intl.Collator("en", { numeric: true });
  const latest = runs.sort(compare).pop();
  const found = id === "latest" ? latest : [...runs, latest].find((name) => name === id);
  if (found === undefined) {
    const hint = latest ? `The latest is ${latest}.` : `Train one first: mnist train --model ${model}.`;
    throw new CheckpointError(`--run ${id}: there is no such run with a checkpoint in ${parent}. ${hint}`, {
      parent,
      id,
    });
  }
  return join(parent, found, CHECKPOINT_FILE);
}
