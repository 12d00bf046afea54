// Which runs there are, and which of them somebody means.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
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
 * The run that a word means: its id, the beginning of one, `model/id`, or "latest".
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
  if (word === "latest") return runs[0];
  const exact = runs.filter((run) => namesOf(run).includes(word));
  const found = exact.length > 0 ? exact : runs.filter((run) => namesOf(run).some((name) => name.startsWith(word)));
  if (found.length <= 1) return found[0];
  const names = found.slice(0, 3).map(({ model, id }) => `${model}/${id}`);
  throw new UsageError(
    `${label}: ${found.length} runs are called so: ${names.join(", ")}${found.length > 3 ? " …" : ""}. ${remedy}`,
  );
}

function namesOf({ model, id }: Pick<FoundRun, "model" | "id">): string[] {
  return [id, `${model}/${id}`];
}

/** @throws {UsageError} a flag that takes a run was given a path */
export function checkRunWord(flag: string, word: string, otherwise = ""): void {
  if (/[/\\]|^\.+$/.test(word)) throw new UsageError(`${flag} takes "latest" or a run's id; got ${word}.${otherwise}`);
}
