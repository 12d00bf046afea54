// Which runs there are, and which of them somebody means.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { MODEL_NAMES } from "../../models/index.ts";
import { UsageError } from "../terminal/exit_codes.ts";

export interface FoundRun {
  model: string;
  id: string;
  /** Its folder. */
  path: string;
}

/** Every folder that may be a run's, newest first. */
export function runFolders<M extends string>(outputs: string, models: readonly M[]): (FoundRun & { model: M })[] {
  // Ids are times, so their order is that of the runs; a number at the end counts within a second.
  const { compare } = new Intl.Collator("en", { numeric: true });
  return models
    .flatMap((model) => foldersIn(join(outputs, model)).map((id) => ({ model, id, path: join(outputs, model, id) })))
    .sort((a, b) => compare(b.id, a.id) || compare(a.model, b.model));
}

function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .filter((name) => statSync(join(parent, name), { throwIfNoEntry: false })?.isDirectory());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * The run that a word means: its id, the beginning of one, or "latest"; each with its network before it, too, as in
 * `linear/latest`.
 *
 * @param runs   newest first
 * @param remedy what to do where several are meant
 * @returns undefined where there is none
 * @throws {UsageError} there are several; the message begins with `label`
 */
export function findRun<R extends Pick<FoundRun, "model" | "id">>(
  runs: readonly R[],
  word: string,
  label: string,
  remedy = "Name one.",
): R | undefined {
  const slash = word.indexOf("/");
  if (isLatest(word)) return runs.find(({ model }) => slash < 0 || model === word.slice(0, slash));
  const exact = runs.filter((run) => namesOf(run).includes(word));
  const found = exact.length > 0 ? exact : runs.filter((run) => namesOf(run).some((name) => name.startsWith(word)));
  if (found.length <= 1) return found[0];
  const names = found.slice(0, 3).map(({ model, id }) => `${model}/${id}`);
  throw new UsageError(
    `${label}: ${found.length} runs are called so: ${names.join(", ")}${found.length > 3 ? " …" : ""}. ${remedy}`,
  );
}

/** "latest", or the latest of a network: "linear/latest". */
export function isLatest(word: string): boolean {
  return word.slice(word.indexOf("/") + 1) === "latest";
}

function namesOf({ model, id }: Pick<FoundRun, "model" | "id">): string[] {
  return [id, `${model}/${id}`];
}

const NETWORK_BEFORE = new RegExp(`^(${MODEL_NAMES.join("|")})/`);

/** Whether it can be nothing but `model/id`; a file may be called so all the same. */
export function isRunWithNetwork(word: string): boolean {
  return NETWORK_BEFORE.test(word) && !isPath(word);
}

/** `linear/20260101-000001` is none: the rest of the program calls a run so. */
function isPath(word: string): boolean {
  return /[/\\]|^\.*$/.test(word.replace(NETWORK_BEFORE, ""));
}

/**
 * Checks what a flag that takes a run was given.
 *
 * @param models that the run may be of
 * @returns those that it may be of by its word: `linear/latest` is one of linear
 * @throws {UsageError} a path, or a run of a network that is not among them
 * @example networksMeant("--run", "linear/latest", ["linear", "cnn"]) // ["linear"]
 */
export function networksMeant<M extends string>(
  flag: string,
  word: string,
  models: readonly M[],
  otherwise = "",
): readonly M[] {
  if (isPath(word)) throw new UsageError(`${flag} takes "latest" or a run's id; got ${word}.${otherwise}`);
  checkNetwork(`${flag} ${word}`, word, models);
  const [, model] = NETWORK_BEFORE.exec(word) ?? [];
  return model === undefined ? models : models.filter((name) => name === model);
}

/**
 * @param label what the message begins with
 * @throws {UsageError} the word names a network that is not among those asked for
 */
export function checkNetwork(label: string, word: string, models: readonly string[]): void {
  const [, model] = NETWORK_BEFORE.exec(word) ?? [];
  if (model === undefined || models.includes(model)) return;
  const [only] = models;
  throw new UsageError(
    label.startsWith(`--${only} `)
      ? `${label}: that is a run of ${model}; --${only} takes one of ${only}.`
      : `${label}: that is a run of ${model}, but --model says ${only}; leave out --model, or name a run of ${only}.`,
  );
}
