// Where a run is kept: outputs/<model>/<run id>/ with model.safetensors and run.json.

import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../data/index.ts";
import { CheckpointError } from "../lib/index.ts";
import { UsageError } from "./exit_codes.ts";
import { describeSystemError } from "./report_error.ts";

export const CHECKPOINT_FILE = "model.safetensors";
const RUN_FILE = "run.json";
/** More than a run of the larger network writes. */
const PROBE_BYTES = 1 << 20;

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly checkpoint: string;
}

/**
 * A new folder, and proof that a checkpoint will fit in it: better known now than after an hour of training.
 *
 * @throws it cannot be made or written; nothing is left behind then
 */
export function createRunFolder(outputs: string, model: string, now: Date): RunFolder {
  const parent = join(outputs, model);
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const made: string[] = [];
  try {
    makeFolder(parent, made);
    // The second of two runs within a second, perhaps of another process, gets a number.
    let id = stamp;
    for (let count = 2; !tryMakeFolder(join(parent, id), made); count++) id = `${stamp}-${count}`;
    const path = join(parent, id);
    probe(path);
    return { id, path, checkpoint: join(path, CHECKPOINT_FILE) };
  } catch (error) {
    for (const folder of made.reverse()) removeIfEmpty(folder);
    throw new Error(
      `${describeSystemError(`cannot write to ${parent}`, error)}. Nothing was trained; choose another folder with --out.`,
    );
  }
}

/** Takes away the folder of a run that has nothing to keep. */
export function removeRunFolder({ path }: RunFolder): void {
  rmSync(path, { recursive: true, force: true });
}

export function writeRunFile({ path }: RunFolder, content: object): void {
  writeFileAtomic(join(path, RUN_FILE), new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`));
}

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

/** With what is above it. Node's own `recursive` tries for ever where the system refuses with ENOENT, as in /proc. */
function makeFolder(path: string, made: string[]): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path), made);
  if (!tryMakeFolder(path, made) && !statSync(path).isDirectory()) mkdirSync(path);
}

/** @returns false where there is something of that name already */
function tryMakeFolder(path: string, made: string[]): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  made.push(path);
  return true;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else uses it by now.
  }
}

function probe(folder: string): void {
  const path = join(folder, `.probe.${randomBytes(6).toString("hex")}`);
  const file = openSync(path, "wx");
  try {
    const bytes = randomBytes(PROBE_BYTES);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
