// Where a run is kept: OUTPUTS/MODEL/ID/ with model.safetensors, run.json, metrics.jsonl, state.safetensors and pictures.

import { randomBytes } from "node:crypto";
import { openSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { check } from "../../lib/base/check.ts";
import { RuntimeError } from "../../lib/base/errors.ts";
import { notBlank } from "../../lib/base/line.ts";
import { makeFolder, tryMakeFolder } from "../../lib/base/make_folder.node.ts";
import { closeQuietly, writeAll } from "../../lib/base/open_file.node.ts";
import { describeSystemError } from "../../lib/base/system_error.ts";
import { flushFile } from "../../lib/formats/flush_file.node.ts";
import { MODEL_NAMES } from "../../models/index.ts";
import { newRunId } from "./run_id.ts";
import { type RunRecord, writeRunRecord } from "./run_record.ts";

export const RUN_FILE = "run.json";
export const CHECKPOINT_FILE = "model.safetensors";
/** Of a run that can be resumed. */
export const STATE_FILE = "state.safetensors";

/** In state.safetensors: the weights, the best, two moments of the optimizer, and the moving average. */
const COPIES_IN_STATE = 5;
/** Logs, pictures, the history, and the networks' buffers. */
const OTHER_BYTES = 1.5 * 2 ** 20;

/**
 * What a run takes on the disk at most: its state and its checkpoint, each twice while it is replaced, logs and pictures.
 *
 * @param parameters of the network, as countParameters gives it
 * @example runBytes(102_026) // 6.2 MiB
 */
export function runBytes(parameters: number): number {
  return 2 * (COPIES_IN_STATE + 1) * Float32Array.BYTES_PER_ELEMENT * parameters + OTHER_BYTES;
}

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly checkpoint: string;
}

/**
 * A new folder, and proof that a run will fit in it: better known now than after an hour of training.
 *
 * @param sizeBytes what must fit: `runBytes`
 * @throws it cannot be made or written; nothing is left behind then
 */
export function createRunFolder(outputs: string, model: string, now: Date, sizeBytes: number): RunFolder {
  check("createRunFolder", "outputs", outputs, notBlank);
  const parent = join(outputs, model);
  const known = [...new Set([...MODEL_NAMES, model])].flatMap((name) => namesIn(join(outputs, name)));
  const made: string[] = [];
  let path: string | null = null;
  try {
    makeFolder(parent, made);
    const next = (): string => {
      const id = newRunId(now, known);
      if (id !== null) return id;
      throw new RuntimeError("createRunFolder: the newest run there has the last number that there is");
    };
    let id = next();
    // Another process was sooner.
    while (!tryMakeFolder(join(parent, id), made)) {
      known.push(id);
      id = next();
    }
    path = join(parent, id);
    probe(path, sizeBytes);
    return { id, path, checkpoint: join(path, CHECKPOINT_FILE) };
  } catch (error) {
    // Nobody else's: what is left of the probe goes as well.
    if (path !== null) removeRunFolder({ path });
    for (const folder of made.reverse()) removeIfEmpty(folder);
    const problem = describeSystemError(`cannot write to ${parent}`, error);
    throw new RuntimeError(`createRunFolder: ${problem}. Nothing was trained.`, { parent });
  }
}

/** The folder of a run that is resumed, without what a process left there that was killed while it wrote. */
export function reopenRunFolder(id: string, path: string): RunFolder {
  for (const name of readdirSync(path)) {
    if (/^\.(.*\.tmp|probe\..*)$/.test(name)) removeIfThere(join(path, name));
  }
  return { id, path, checkpoint: join(path, CHECKPOINT_FILE) };
}

/** Nothing is left to resume. Where it cannot be removed it is in nobody's way: run.json says that the run is done. */
export function removeRunState({ path }: Pick<RunFolder, "path">): void {
  removeIfThere(join(path, STATE_FILE));
}

/** Never mind where it cannot be. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays.
  }
}

/** Takes away the folder of a run that has nothing to keep. */
export function removeRunFolder({ path }: Pick<RunFolder, "path">): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // What kept the run from beginning is what there is to say.
  }
}

/** @returns the text of it */
export function writeRunFile({ path }: Pick<RunFolder, "path">, record: RunRecord): string {
  const text = writeRunRecord(record);
  writeFileAtomic(join(path, RUN_FILE), new TextEncoder().encode(text), { followLinks: false });
  return text;
}

/** None where it cannot be read: making a folder there says why. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else uses it by now.
  }
}

/** Of the probe at once: it may be larger than memory. */
const CHUNK_BYTES = 8 * 2 ** 20;

function probe(folder: string, sizeBytes: number): void {
  const path = join(folder, `.probe.${randomBytes(6).toString("hex")}`);
  const file = openSync(path, "wx");
  try {
    for (let rest = sizeBytes; rest > 0; rest -= CHUNK_BYTES) writeAll(file, randomBytes(Math.min(rest, CHUNK_BYTES)));
    flushFile(file);
  } finally {
    closeQuietly(file);
    rmSync(path, { force: true });
  }
}
