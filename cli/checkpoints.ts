// Which checkpoint answers: the shipped one, a run's, or a file; and where it comes from.

import { join, relative } from "node:path";
import process from "node:process";
import { loadCheckpoint } from "../data/index.ts";
import { CheckpointError, type Sequential } from "../lib/index.ts";
import { UsageError } from "./exit_codes.ts";
import { checkpointOfRun } from "./find_run.ts";
import { type Flags, textFlag } from "./flags.ts";
import { formatPercent, printable, shortDigest } from "./format.ts";
import { isModelName, type ModelName } from "./model_names.ts";
import { buildModel } from "./models.ts";
import { packageRoot } from "./package_root.ts";

export interface LoadedModel {
  name: ModelName;
  /** In evaluation mode. */
  network: Sequential;
  path: string;
  metadata: Record<string, string>;
}

/**
 * The model the flags ask for.
 *
 * @throws {UsageError} both a run and a file
 * @throws {CheckpointError} missing, damaged, or another network's
 */
export function loadModel(flags: Flags): LoadedModel {
  const model = textFlag(flags, "model");
  const file = textFlag(flags, "checkpoint");
  const run = textFlag(flags, "run");
  if (file !== undefined && run !== undefined)
    throw new UsageError("--checkpoint and --run exclude each other; give one.");
  const name: ModelName = isModelName(model) ? model : "cnn";
  if (file !== undefined && model === undefined) return loadUnnamed(file);
  const runs = textFlag(flags, "runs") ?? "outputs";
  const path = file ?? (run === undefined ? shippedCheckpoint(name) : checkpointOfRun(runs, name, run));
  return load(path, name);
}

function shippedCheckpoint(name: ModelName): string {
  const path = join(packageRoot(), "models", "pretrained", `${name}.safetensors`);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

function load(path: string, name: ModelName): LoadedModel {
  const network = buildModel(name);
  const metadata = loadCheckpoint(path, network);
  checkFinite(path, network);
  return { name, network: network.eval() as Sequential, path, metadata };
}

/** One flipped bit, or a run that diverged, is enough for every answer to be NaN. */
function checkFinite(path: string, network: Sequential): void {
  for (const [name, { data }] of [...network.namedParameters(), ...network.namedBuffers()]) {
    if (data.every(Number.isFinite)) continue;
    const wrong = data.find((value) => !Number.isFinite(value));
    throw new CheckpointError(
      `loadCheckpoint: ${name} holds ${wrong} in ${path}; no digit can be read with it. Use another checkpoint.`,
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

/** One line: the file, and what it was trained on. */
export function describeOrigin({ name, path, metadata }: LoadedModel): string {
  const { dataset, dataset_sha256: digest, test_accuracy: accuracy } = metadata;
  const data = dataset
    ? `trained on ${printable(dataset)}${digest ? ` (sha256 ${printable(shortDigest(digest))}…)` : ""}`
    : "data set unknown";
  const result = Number(accuracy) >= 0 ? `, ${formatPercent(Number(accuracy))} of its test images right` : "";
  return `${name} from ${printable(path)}, ${data}${result}`;
}
