// What a killed `mnist train` left behind: every file that a later command reads must be whole.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodePng } from "../data/index.node.ts";
import { weightsDigest } from "../lib/formats/weights_digest.ts";
import {
  decodeCheckpoint,
  decodeSafetensors,
  decodeTrainingState,
  type Sequential,
  type StoredTensor,
} from "../lib/index.ts";
import { cnn, linear } from "../models/index.ts";
import type { LogSizes } from "../store/runs/run_log.ts";
import { readEvents } from "../test/support/read_events.ts";

/** What the weights must fit. */
const NETWORKS: Readonly<Record<string, Sequential>> = { cnn: cnn(), linear: linear() };

export interface Found {
  /** Where the latest run's state stands: a million for each epoch, one for each step; null where there is no state. */
  at: number | null;
  /** Of the weights in the model.safetensors of a run that is done; null: none is. */
  digest: string | null;
  /** Files that were being written, each with its path. */
  halves: Half[];
}

export interface Half {
  path: string;
  /** What it would have become. */
  of: "state" | "model" | "other";
  /** Whether a part is missing; of files that are no safetensors, whether nothing is there. */
  isCut: boolean;
}

/**
 * Reads all runs of a folder: each safetensors file decoded, run.json parsed, the pictures, and metrics.jsonl and TensorBoard's
 * events as far as the state counts on them. A run that is done must have all its files, its logs whole to their ends, and the
 * weights that its run.json tells of.
 *
 * @param folder the `--out` of `mnist train`
 * @param seen   digests of the tensors by epoch and step, of all runs of the same recipe: filled here. Files have no other way to
 *   show that they are neither the old nor the new one, but a mixture of the same length
 * @throws {Error} a file is torn or lost, or holds other weights than a run had at the same place
 */
export function lookAt(folder: string, seen: Map<string, string>): Found {
  const runs = existsSync(folder) ? readdirSync(folder).flatMap((m) => readdirSync(join(folder, m)).map((id) => join(folder, m, id))) : []; // biome-ignore format: one line
  const found: Found = { at: null, digest: null, halves: runs.flatMap(halvesOf) };
  for (const run of runs.sort()) {
    const names = readdirSync(run).filter((name) => !name.endsWith(".tmp"));
    // It is written before the first step, so before any of the others.
    const isBegun = names.some((name) => name.endsWith(".safetensors"));
    const record = isBegun || names.includes("run.json") ? read(run, "run.json", parseRecord) : null;
    let weights: string | null = null;
    for (const name of names) {
      if (name === "model.safetensors") weights = read(run, name, (bytes) => lookAtWeights(bytes, run, name, seen));
      else if (name.endsWith(".svg")) read(run, name, lookAtSvg);
      else if (name.endsWith(".png")) read(run, name, (bytes) => decodePng(bytes, name));
    }
    const events = names.find((name) => name.startsWith("events")) ?? "events…";
    if (names.includes("state.safetensors")) {
      const { at, sizes } = read(run, "state.safetensors", (bytes) => lookAtState(bytes, seen));
      read(run, "metrics.jsonl", (bytes) => linesOf(counted(bytes, sizes.metrics)));
      read(run, events, (bytes) => readEvents(counted(bytes, sizes.events)));
      found.at = at;
    }
    if (record?.status !== "done") continue;
    for (const name of resultsOf(record))
      if (!names.includes(name)) throw new Error(`${name} of ${basename(run)} is gone`);
    if (weights !== record.weights_sha256) {
      throw new Error(
        `model.safetensors of ${basename(run)} holds ${weights}, not ${record.weights_sha256} as in run.json`,
      );
    }
    const lines = read(run, "metrics.jsonl", (bytes) => lookAtAllLines(bytes, record.history.epochs.length));
    read(run, events, (bytes) => lookAtAllEvents(bytes, lines));
    found.digest = weights;
  }
  return found.digest === null ? found : { ...found, at: null };
}

function read<T>(run: string, name: string, look: (bytes: Uint8Array) => T): T {
  try {
    return look(readFileSync(join(run, name)));
  } catch (error) {
    throw new Error(`${name} of ${basename(run)} is not whole: ${(error as Error).message}`);
  }
}

interface RunRecord {
  status: string;
  weights_sha256: string;
  test_accuracy: number;
  history: { epochs: unknown[] };
}

function parseRecord(bytes: Uint8Array): RunRecord {
  const record = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof record?.status !== "string") throw new Error("it does not say how the run is");
  return record;
}

/** What a run that is done holds, beside its logs and its run.json; without a mistake there is no picture of any. */
function resultsOf({ test_accuracy }: RunRecord): string[] {
  const mistakes = test_accuracy < 1 ? ["mistakes.png"] : [];
  return ["model.safetensors", "curves.svg", "confusion.svg", "reliability.svg", ...mistakes];
}

/** @returns the digest of the weights, as run.json tells it */
function lookAtWeights(bytes: Uint8Array, run: string, name: string, seen: Map<string, string>): string {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const network = NETWORKS[basename(dirname(run))];
  decodeCheckpoint(network, bytes, name);
  compare(`the weights after epoch ${metadata.epoch}`, tensors, seen);
  return weightsDigest(network);
}

function lookAtState(bytes: Uint8Array, seen: Map<string, string>): { at: number; sizes: LogSizes } {
  const { state, metadata } = decodeTrainingState(bytes, "state.safetensors");
  const { epoch, step } = state.progress;
  compare(`the state of epoch ${epoch} after step ${step}`, state.tensors, seen);
  return { at: epoch * 1e6 + step, sizes: JSON.parse(metadata.run).logSizes };
}

/** What the state counts on, in its own memory; what is behind it was being appended, and may break off anywhere. */
function counted(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length < size) throw new Error(`it has ${bytes.length} bytes of the ${size} that the state counts on`);
  return Uint8Array.from(bytes.subarray(0, size));
}

function linesOf(bytes: Uint8Array): { kind: string }[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  if (lines.pop() !== "") throw new Error("it ends in the middle of a line");
  return lines.map((line) => JSON.parse(line));
}

/** @returns how many lines there are: of all epochs, the last of them at the end */
function lookAtAllLines(bytes: Uint8Array, epochs: number): number {
  const lines = linesOf(bytes);
  const count = lines.filter(({ kind }) => kind === "epoch").length;
  if (count !== epochs || lines.at(-1)?.kind !== "epoch") {
    throw new Error(
      `it has the lines of ${count} epochs, the last of kind ${lines.at(-1)?.kind}; the run had ${epochs}`,
    );
  }
  return lines.length;
}

/** An event for each line, behind that which says the version. */
function lookAtAllEvents(bytes: Uint8Array, lines: number): void {
  const { length } = readEvents(Uint8Array.from(bytes));
  if (length !== lines + 1) throw new Error(`it has ${length} events; metrics.jsonl has ${lines} lines`);
}

function lookAtSvg(bytes: Uint8Array): void {
  if (!new TextDecoder().decode(bytes).endsWith("</svg>\n")) throw new Error("it does not end as an SVG does");
}

function compare(what: string, tensors: Readonly<Record<string, StoredTensor>>, seen: Map<string, string>): void {
  const hash = createHash("sha256");
  for (const name of Object.keys(tensors).sort()) {
    const { data } = tensors[name];
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const digest = hash.digest("hex");
  const before = seen.get(what) ?? digest;
  seen.set(what, before);
  if (before !== digest)
    throw new Error(`${what} are not those of a run at the same place; ${digest}, and before ${before}`);
}

function halvesOf(run: string): Half[] {
  return readdirSync(run)
    .filter((name) => name.endsWith(".tmp"))
    .map((name) => {
      const path = join(run, name);
      const bytes = readFileSync(path);
      const of = name.startsWith(".state.") ? "state" : name.startsWith(".model.") ? "model" : "other";
      return { path, of, isCut: of === "other" ? bytes.length === 0 : !isWhole(bytes) };
    });
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    decodeSafetensors(bytes, "a half");
    return true;
  } catch {
    return false;
  }
}
