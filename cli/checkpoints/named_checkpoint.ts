// A checkpoint by one word, where a command takes two of them: shipped, current, a version, a run or a file.

import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CheckpointError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { type Fields, fieldsOf, numberOf } from "../files/fields.ts";
import { promotionOf, readRegistry } from "../registry/registry.ts";
import { checkNetwork, findRun, isLatest, isRunWithNetwork } from "../runs/find_run.ts";
import { listRuns } from "../runs/list_runs.ts";
import { checkpointOfRun } from "../runs/run_checkpoint.ts";
import { CHECKPOINT_FILE, readRunFile } from "../runs/run_file.ts";
import { suggest } from "../terminal/suggest.ts";
import { type LoadedModel, load, loadShipped, loadVersion } from "./checkpoints.ts";

/** A run's id is longer. */
const VERSION = /^v?\d{1,7}$/;
const TAKES = "shipped, current, a version's number, latest, a run's id, or a file";

/**
 * @throws {CheckpointError} there is no such thing, or it is another network's
 * @throws {UsageError} the beginning of several ids, a run of the other network, or no version's number
 */
export function namedCheckpoint(outputs: string, name: ModelName, word: string): LoadedModel {
  const flag = `--${name}`;
  if (word === "shipped") return loadShipped(name);
  if (word === "current" || VERSION.test(word)) return loadVersion(outputs, name, word, { flag, takes: TAKES });
  if (isFileName(word)) return load(word, name);
  checkNetwork(`${flag} ${word}`, word, [name]);
  const runs = listRuns(outputs, [name]);
  if (!isLatest(word) && !findRun(runs, word, `${flag} ${word}`)) {
    const near = suggest(word, [...runs.map(({ id }) => id), "shipped", "current", "latest"]);
    throw new CheckpointError(
      `${flag} ${word}: neither a file nor a run in ${join(outputs, name)}.${near ? ` Did you mean ${near}?` : ""} It takes ${TAKES}.`,
      { word },
    );
  }
  return load(checkpointOfRun(outputs, [name], word, flag).path, name);
}

function isFileName(word: string): boolean {
  if (/\.safetensors$/.test(word) || (/[/\\]/.test(word) && !isRunWithNetwork(word))) return true;
  return statSync(word, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** As its run recorded it, on whatever machine that was. */
export interface TrainingTime {
  seconds: number;
  /** Null where that is not known. */
  threads: number | null;
}

/** How long its training took, where that is written down beside it; else null. */
export function trainingTime(outputs: string, { name, path, version }: LoadedModel): TrainingTime | null {
  if (version !== null) {
    const metrics = fieldsOf(promotionOf(readRegistry(outputs, name), version)?.metrics);
    return timeOf(metrics.seconds, metrics.threads);
  }
  const { seconds, versions } = recordBeside(path);
  return timeOf(seconds, fieldsOf(versions).threads);
}

function timeOf(seconds: unknown, threads: unknown): TrainingTime | null {
  const known = numberOf(seconds);
  return known === null ? null : { seconds: known, threads: numberOf(threads) };
}

/** The run's, or NAME.json as it stands beside the shipped weights; nothing where there is none. */
function recordBeside(path: string): Fields {
  if (basename(path) === CHECKPOINT_FILE) return readRunFile(dirname(path)).content;
  try {
    return fieldsOf(JSON.parse(readFileSync(path.replace(/\.safetensors$/, ".json"), "utf8")));
  } catch {
    return {};
  }
}
