// Which checkpoint answers: the shipped one, a version, a run's, or a file; and where it comes from.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import process from "node:process";
import { loadCheckpoint } from "../../data/index.node.ts";
import { CheckpointError, decodeCheckpoint, decodeTrainingState, type Sequential } from "../../lib/index.ts";
import {
  describeMeasuredOn,
  isMnistTest,
  isModelName,
  MODEL_NAMES,
  type ModelName,
  measuredOn,
  networkOf,
} from "../../models/index.ts";
import { type Flags, textFlag } from "../command_line/flags.ts";
import { packageRoot } from "../load/package_root.ts";
import { readRegistry, versionFile } from "../registry/registry.ts";
import { type AskedBy, findVersion, readVersion } from "../registry/version_file.ts";
import { checkpointOfRun } from "../runs/run_checkpoint.ts";
import { CHECKPOINT_FILE } from "../runs/run_file.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { formatPercent, printable, shortDigest } from "../terminal/format.ts";

export interface LoadedModel {
  name: ModelName;
  /** In evaluation mode. */
  network: Sequential;
  path: string;
  metadata: Record<string, string>;
  /** Of the registry; null for what is none of its versions. */
  version: number | null;
}

/**
 * The model the flags ask for; the shipped one where they name none, whatever is current, so that the same
 * command gives the same answer everywhere. A run and a file say themselves which network they are, and a version is one
 * of the only network that has any.
 *
 * @throws {UsageError} more than one of a version, a run and a file
 * @throws {CheckpointError} missing, damaged, or another network's
 */
export function loadModel(flags: Flags): LoadedModel {
  const model = textFlag(flags, "model");
  const file = textFlag(flags, "checkpoint");
  const run = textFlag(flags, "run");
  const version = textFlag(flags, "version");
  const named = Object.entries({ checkpoint: file, run, version }).filter(([, value]) => value !== undefined);
  if (named.length > 1) {
    throw new UsageError(`${named.map(([name]) => `--${name}`).join(" and ")} exclude each other; give one.`);
  }
  const name: ModelName = isModelName(model) ? model : "cnn";
  const runs = textFlag(flags, "runs") ?? "outputs";
  if (file !== undefined) return model === undefined ? loadUnnamed(file) : load(file, name);
  if (run !== undefined) {
    const found = checkpointOfRun(runs, model === undefined ? MODEL_NAMES : [name], run);
    return load(found.path, found.model);
  }
  if (version === undefined || version === "shipped") return loadShipped(name);
  return loadVersion(runs, model === undefined ? modelWithVersions(runs) : name, version);
}

/** The cnn, as where nothing is said, unless it has no version and another network has. */
function modelWithVersions(outputs: string): ModelName {
  const hasVersions = (name: ModelName): boolean => readRegistry(outputs, name).events.length > 0;
  return hasVersions("cnn") ? "cnn" : (MODEL_NAMES.find(hasVersions) ?? "cnn");
}

export function loadShipped(name: ModelName): LoadedModel {
  return load(shippedCheckpoint(name), name);
}

/**
 * @param which "current", or a version's number
 * @param asked for messages: the flag that said so, and what it takes
 */
export function loadVersion(outputs: string, name: ModelName, which: string, asked?: AskedBy): LoadedModel {
  const { registry, event } = findVersion(outputs, name, which, asked);
  const path = versionFile(registry, event.version);
  return { ...decodeFinite(readVersion(registry, event), path, name), version: event.version };
}

function shippedCheckpoint(name: ModelName): string {
  const path = join(packageRoot(), "models", "pretrained", `${name}.safetensors`);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

export function load(path: string, name: ModelName): LoadedModel {
  const network = networkOf(name).build();
  try {
    return checked({ name, network, path, metadata: loadCheckpoint(path, network), version: null });
  } catch (error) {
    refuseState(path);
    throw error;
  }
}

/** @throws {CheckpointError} the file is what a run is gone on with, whose names no network has */
function refuseState(path: string): void {
  try {
    decodeTrainingState(readFileSync(path), path);
  } catch {
    return; // What it is instead, or is not, the error says that loading it ended with.
  }
  const checkpoint = join(dirname(path), CHECKPOINT_FILE);
  const remedy = existsSync(checkpoint)
    ? `The run's checkpoint is beside it: ${checkpoint}.`
    : "The run has kept no checkpoint yet; go on with it to its epoch's end.";
  throw new CheckpointError(`${path} holds the state that --resume goes on from, and is no checkpoint. ${remedy}`, {
    path,
  });
}

/** @param path as messages should say it */
export function decodeFinite(bytes: Uint8Array, path: string, name: ModelName): LoadedModel {
  const network = networkOf(name).build();
  return checked({ name, network, path, metadata: decodeCheckpoint(network, bytes, basename(path)), version: null });
}

function checked(model: LoadedModel): LoadedModel {
  checkFinite(model.path, model.network);
  model.network.eval();
  return model;
}

/** One flipped bit, or a run that diverged, is enough for every answer to be NaN. */
function checkFinite(path: string, network: Sequential): void {
  for (const [name, { data }] of [...network.namedParameters(), ...network.namedBuffers()]) {
    if (data.every(Number.isFinite)) continue;
    const wrong = data.find((value) => !Number.isFinite(value));
    throw new CheckpointError(
      `${name} holds ${wrong} in ${path}; no digit can be read with it. Use another checkpoint.`,
      { name, path },
    );
  }
}

/** A file of unknown content: it is the network whose names and shapes it has. Of two errors the nearer miss counts. */
function loadUnnamed(path: string): LoadedModel {
  const errors: CheckpointError[] = [];
  for (const name of ["cnn", "linear"] as const) {
    try {
      return load(path, name);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      errors.push(error);
    }
  }
  throw errors.sort((a, b) => misfits(a) - misfits(b))[0];
}

/** Names that the file lacks, or has too many. */
function misfits({ details }: CheckpointError): number {
  const { missing = [], unknown = [] } = details as { missing?: string[]; unknown?: string[] };
  return missing.length + unknown.length;
}

/** One line: the version, the file, what it was trained and measured on. */
export function describeOrigin({ name, path, metadata, version }: LoadedModel): string {
  const { dataset, dataset_sha256: digest, test_accuracy: accuracy } = metadata;
  const data = dataset
    ? `trained on ${printable(dataset)}${digest ? ` (sha256 ${printable(shortDigest(digest))}…)` : ""}`
    : "data set unknown";
  const on = measuredOn(metadata);
  const images = isMnistTest(on) ? "its test images" : describeMeasuredOn(on);
  const result = Number(accuracy) >= 0 ? `, ${formatPercent(Number(accuracy))} of ${images} right` : "";
  return `${name}${version === null ? "" : ` version ${version}`} from ${printable(path)}, ${data}${result}`;
}
