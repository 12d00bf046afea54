// A checkpoint by one word, where a command takes two of them: shipped, current, a version, a run or a file.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import { fieldsOf, numberOf } from "../files/fields.ts";
import type { ModelName } from "../load/model_names.ts";
import { promotionOf, readRegistry } from "../registry/registry.ts";
import { CHECKPOINT_FILE, checkpointOfRun } from "../runs/find_run.ts";
import { listRuns } from "../runs/list_runs.ts";
import { RUN_FILE } from "../runs/run_record.ts";
import { suggest } from "../terminal/suggest.ts";
import { type LoadedModel, load, loadShipped, loadVersion } from "./checkpoints.ts";

/** A run's id is longer. */
const VERSION = /^v?\d{1,7}$/;

/**
 * @throws {CheckpointError} there is no such thing, or it is another network's
 */
export function namedCheckpoint(outputs: string, name: ModelName, word: string): LoadedModel {
  if (word === "shipped") return loadShipped(name);
  if (word === "current" || VERSION.test(word)) return loadVersion(outputs, name, word);
  if (/[/\\]|\.safetensors$/.test(word) || existsSync(word)) return load(word, name);
  const ids = listRuns(outputs, [name]).map(({ id }) => id);
  if (word !== "latest" && !ids.includes(word)) {
    const near = suggest(word, [...ids, "shipped", "current", "latest"]);
    throw new CheckpointError(
      `--${name} ${word}: neither a file nor a run in ${join(outputs, name)}.${near ? ` Did you mean ${near}?` : ""} It takes shipped, current, a version's number, latest, a run's id, or a file.`,
      { word },
    );
  }
  return load(checkpointOfRun(outputs, name, word), name);
}

/** How long its training took, where that is written down beside it; else null. */
export function trainingSeconds(outputs: string, { name, path, version }: LoadedModel): number | null {
  if (version !== null) return numberOf(promotionOf(readRegistry(outputs, name), version)?.metrics.seconds);
  const record =
    basename(path) === CHECKPOINT_FILE ? join(dirname(path), RUN_FILE) : path.replace(/\.safetensors$/, ".json");
  try {
    return numberOf(fieldsOf(JSON.parse(readFileSync(record, "utf8"))).seconds);
  } catch {
    return null;
  }
}
