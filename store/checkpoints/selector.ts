// CheckpointSelector: which checkpoint is meant.

import { join } from "node:path";
import { check } from "../../lib/base/check.ts";
import { notBlank } from "../../lib/base/line.ts";
import { nearest } from "../../lib/base/nearest.ts";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";
import { NotFoundError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { checkNetwork, findRun, isLatest, isRunWithNetwork } from "../runs/find_run.ts";
import { listRuns } from "../runs/list_runs.ts";

export type CheckpointSelector =
  /** The weights that ship with the package. */
  | { kind: "shipped" }
  /** A run by its id, the beginning of one, or "latest"; also with its network before it, as in linear/latest. */
  | { kind: "run"; id: string }
  /** One of the registry's versions. */
  | { kind: "version"; version: number | "current" }
  /** A safetensors file; `stripPrefix` is taken off its names, as in `LoadOptions` of the library. */
  | { kind: "file"; path: string; stripPrefix?: string };

/** From 1; a run's id is longer. */
const VERSION = /^v?([1-9]\d{0,6})$/;

/** @returns the version that a word means: "current", "3" or "v3"; null for any other word */
export function versionMeant(word: string): number | "current" | null {
  const [, number] = VERSION.exec(word) ?? [];
  return word === "current" ? word : number === undefined ? null : Number(number);
}

/**
 * What one word means, where a checkpoint of a network is asked for: shipped, current, a version's number, a run or a file.
 *
 * @throws {NotFoundError} any other word; `details.near` is the one that was perhaps meant
 * @throws {OptionError} a blank word, the beginning of several runs' ids, or a run of another network
 */
export function selectorOf(word: string, outputs: string, model: ModelName): CheckpointSelector {
  check("selectorOf", "word", word, notBlank);
  if (word === "shipped") return { kind: "shipped" };
  const version = versionMeant(word);
  if (version !== null) return { kind: "version", version };
  if (isFileName(word)) return { kind: "file", path: word };
  checkNetwork(word, [model]);
  const runs = listRuns(outputs, [model]);
  if (!isLatest(word) && !findRun(runs, word)) {
    const near = nearest(word, [...runs.map(({ id }) => id), "shipped", "current", "latest"]);
    const where = join(outputs, model);
    const hint = near === null ? "" : ` Did you mean ${near}?`;
    throw new NotFoundError(`selectorOf: neither a file nor a run in ${where}.${hint}`, { word, where, near });
  }
  return { kind: "run", id: word };
}

function isFileName(word: string): boolean {
  if (/\.safetensors$/.test(word) || (/[/\\]/.test(word) && !isRunWithNetwork(word))) return true;
  return statIfAny(word)?.isFile() === true;
}
