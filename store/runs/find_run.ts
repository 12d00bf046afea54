// Which runs there are, and which of them a word means.

import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../lib/base/check.ts";
import { isBlank, notBlank } from "../../lib/base/line.ts";
import { printable } from "../../lib/base/printable.ts";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";
import { reasonOf, systemCode } from "../../lib/base/system_error.ts";
import { AmbiguousError, NotFoundError, OptionError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { compareRunIds } from "./run_id.ts";
import type { RunLocation } from "./stored_run.ts";

/** What is in a folder of runs, or in its place, and cannot be looked at: a link that leads to itself, for one. */
export interface SkippedEntry {
  path: string;
  reason: string;
}

/** Every folder that may be a run's, newest first. What cannot be looked at is left out: see `skippedEntries`. */
export function runFolders(outputs: string, models: readonly ModelName[]): RunLocation[] {
  return lookInto(outputs, models).runs;
}

/** What `runFolders` leaves out. */
export function skippedEntries(outputs: string, models: readonly ModelName[] = MODEL_NAMES): SkippedEntry[] {
  return lookInto(outputs, models).skipped;
}

function lookInto(outputs: string, models: readonly ModelName[]): { runs: RunLocation[]; skipped: SkippedEntry[] } {
  check("runFolders", "outputs", outputs, notBlank);
  const skipped: SkippedEntry[] = [];
  const runs = models
    .flatMap((model) => foldersIn(outputs, model, skipped).map((id) => ({ model, id, path: join(outputs, model, id) })))
    .sort((a, b) => compareRunIds(b.id, a.id) || a.model.localeCompare(b.model, "en"));
  return { runs, skipped };
}

function foldersIn(outputs: string, model: ModelName, skipped: SkippedEntry[]): string[] {
  const parent = join(outputs, model);
  const skip = (path: string, error: unknown) => skipped.push({ path, reason: reasonOf(error) });
  let entries: Dirent[];
  try {
    entries = readdirSync(parent, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    // What is wrong with the folder that was named is no matter of one entry in it.
    if (!statIfAny(outputs)?.isDirectory()) throw error;
    skip(parent, error);
    return [];
  }
  const isFolder = (entry: Dirent): boolean => {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    const path = join(parent, entry.name);
    try {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    } catch (error) {
      skip(path, error);
      return false;
    }
  };
  return entries.filter(isFolder).map(({ name }) => name);
}

/**
 * The run that a word means: its id, the beginning of one, or "latest"; each with its network before it, too, as in
 * `linear/latest`.
 *
 * @param runs newest first
 * @returns undefined where no run matches
 * @throws {AmbiguousError} there are several
 * @throws {OptionError} a blank word, which every id begins with, or a path
 */
export function findRun<R extends Pick<RunLocation, "model" | "id">>(runs: readonly R[], word: string): R | undefined {
  checkWord(word);
  const slash = word.indexOf("/");
  if (isLatest(word)) return runs.find(({ model }) => slash < 0 || model === word.slice(0, slash));
  const exact = runs.filter((run) => namesOf(run).includes(word));
  const found = exact.length > 0 ? exact : runs.filter((run) => namesOf(run).some((name) => name.startsWith(word)));
  if (found.length <= 1) return found[0];
  const names = found.map(({ model, id }) => `${model}/${id}`);
  const list = `${names.slice(0, 3).join(", ")}${names.length > 3 ? " …" : ""}`;
  throw new AmbiguousError(`findRun: ${found.length} runs match: ${list}. Name one.`, { word, names });
}

/** "latest", or the latest of a network: "linear/latest". */
export function isLatest(word: string): boolean {
  return word.slice(word.indexOf("/") + 1) === "latest";
}

function namesOf({ model, id }: Pick<RunLocation, "model" | "id">): string[] {
  return [id, `${model}/${id}`];
}

const NETWORK_BEFORE = new RegExp(`^(${MODEL_NAMES.join("|")})/`);

/** Whether it can be nothing but `model/id`; a file may be called so all the same. */
export function isRunWithNetwork(word: string): boolean {
  return NETWORK_BEFORE.test(word) && !isPath(word);
}

/** Not `linear/20260101-000001`: that is a run with its network. */
function isPath(word: string): boolean {
  return /[/\\]|^\.*$/.test(word.replace(NETWORK_BEFORE, ""));
}

/** @throws {OptionError} it can be no run's: blank, without anything behind its network, or a path */
export function checkWord(word: string): void {
  if (!isBlank(word) && !isPath(word)) return;
  const shown = isBlank(word) ? printable(word) : word;
  throw new OptionError(`findRun: a run is "latest" or a run's id; got ${shown}.`, { word });
}

/**
 * @param models that the run may be of
 * @returns those that it may be of by its word: `linear/latest` is one of linear
 * @throws {OptionError} a path, or a blank word
 * @throws {WrongNetworkError} a run of a network that is not among them
 * @example networksMeant("linear/latest", ["linear", "cnn"]) // ["linear"]
 */
export function networksMeant(word: string, models: readonly ModelName[]): readonly ModelName[] {
  checkWord(word);
  checkNetwork(word, models);
  const [, model] = NETWORK_BEFORE.exec(word) ?? [];
  return model === undefined ? models : models.filter((name) => name === model);
}

/** A run of one network where one of another was asked for. */
export class WrongNetworkError extends OptionError {
  override readonly name: string = "WrongNetworkError";

  constructor(
    readonly model: string,
    readonly asked: readonly ModelName[],
  ) {
    super(`findRun: that is a run of ${model}, not of ${asked.join(" or ")}.`, { model, asked });
  }
}

/** @throws {WrongNetworkError} the word names a network that is not among those asked for */
export function checkNetwork(word: string, models: readonly ModelName[]): void {
  const [, model] = NETWORK_BEFORE.exec(word) ?? [];
  if (model === undefined || models.some((name) => name === model)) return;
  throw new WrongNetworkError(model, models);
}

/** @param where the folder that was looked in @param latest what there is instead */
export function noSuchRun(what: string, where: string, latest: string | null, word: string): NotFoundError {
  const hint = latest === null ? "" : ` The latest is ${latest}.`;
  return new NotFoundError(`findRun: there is no such ${what} in ${where}.${hint}`, { word, where, latest });
}

/** The folder of one network's runs, or that of all. */
export function folderOf(outputs: string, models: readonly ModelName[]): string {
  return models.length === 1 ? join(outputs, models[0]) : outputs;
}
