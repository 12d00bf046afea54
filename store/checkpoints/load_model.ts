// LoadedModel: a trained network and where it comes from: the shipped weights, a version, a run's checkpoint, or a file.

import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import process from "node:process";
import { loadCheckpoint } from "../../data/index.node.ts";
import { check } from "../../lib/base/check.ts";
import { notBlank } from "../../lib/base/line.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import {
  CheckpointError,
  decodeCheckpoint,
  decodeTrainingState,
  NotFoundError,
  type Sequential,
} from "../../lib/index.ts";
import {
  type CheckpointMetadata,
  DEFAULT_MODEL,
  MODEL_NAMES,
  type ModelName,
  networkOf,
  readCheckpointMetadata,
} from "../../models/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { packageRoot } from "../package_root.ts";
import { checkpointOfRun } from "../runs/list_runs.ts";
import { CHECKPOINT_FILE } from "../runs/run_folder.ts";
import { readRunRecord } from "../runs/run_record.ts";
import { recordIn } from "../runs/stored_run.ts";
import { promotionOf, readRegistry, versionFile } from "../versions/registry.ts";
import { findVersion, readVersion } from "../versions/version_file.ts";
import type { CheckpointSelector } from "./selector.ts";

export interface LoadedModel {
  name: ModelName;
  /** In evaluation mode. */
  network: Sequential;
  path: string;
  metadata: CheckpointMetadata;
  /** Of the registry; null for weights that are not one of its versions. */
  version: number | null;
}

/**
 * The model that is selected. A run and a file say themselves which network they are, and a version is one of the only
 * network that has any; elsewhere it is the default network.
 *
 * @param outputs the folder of runs and versions
 * @param model   of this network; undefined: of any
 * @throws {NotFoundError} there is no such run or version, or no weights of that network are shipped
 * @throws {OptionError} a blank word or path, the beginning of several runs' ids, or a run of another network
 * @throws {CheckpointError} missing, damaged, or another network's
 */
export function loadModel(outputs: string, selector: CheckpointSelector, model?: ModelName): LoadedModel {
  switch (selector.kind) {
    case "file":
      check("loadModel", "path", selector.path, notBlank);
      return model === undefined ? loadUnnamed(selector) : load(selector.path, model, selector.stripPrefix);
    case "run": {
      const found = checkpointOfRun(outputs, model === undefined ? MODEL_NAMES : [model], selector.id);
      return load(found.path, found.model);
    }
    case "version": {
      const name = model ?? modelWithVersions(outputs);
      const { registry, record } = findVersion(outputs, name, selector.version);
      const path = versionFile(registry, record.version);
      return { ...decodeModel(readVersion(registry, record), path, name), version: record.version };
    }
    case "shipped":
      return load(shippedCheckpoint(model ?? DEFAULT_MODEL), model ?? DEFAULT_MODEL);
  }
}

/** The default network, unless it has no version and another network has. */
function modelWithVersions(outputs: string): ModelName {
  const hasVersions = (name: ModelName): boolean => readRegistry(outputs, name).records.length > 0;
  return hasVersions(DEFAULT_MODEL) ? DEFAULT_MODEL : (MODEL_NAMES.find(hasVersions) ?? DEFAULT_MODEL);
}

function shippedCheckpoint(name: ModelName): string {
  if (!networkOf(name).isShipped) {
    throw new NotFoundError(`loadModel: no weights of ${name} are shipped; train one.`, { model: name });
  }
  const path = join(packageRoot(), "models", "pretrained", `${name}.safetensors`);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

function load(path: string, name: ModelName, stripPrefix?: string): LoadedModel {
  const network = networkOf(name).build();
  try {
    const metadata = readCheckpointMetadata(loadCheckpoint(path, network, { stripPrefix }));
    return checked({ name, network, path, metadata, version: null });
  } catch (error) {
    refuseState(path);
    throw error;
  }
}

/** @throws {CheckpointError} the file is what a run resumes from, whose names no network has */
function refuseState(path: string): void {
  try {
    decodeTrainingState(readFileBounded(path, FILE_LIMITS.weights), path);
  } catch {
    return; // What it is instead, or is not, the error says that loading it ended with.
  }
  const checkpoint = join(dirname(path), CHECKPOINT_FILE);
  const remedy = existsSync(checkpoint)
    ? `The run's checkpoint is beside it: ${checkpoint}.`
    : "The run has kept no checkpoint yet; resume it to its epoch's end.";
  throw new CheckpointError(
    `loadModel: ${path} holds the state that a run resumes from, and is no checkpoint. ${remedy}`,
    {
      path,
    },
  );
}

/**
 * The model in a checkpoint's bytes.
 *
 * @param path as messages should say it
 * @throws {CheckpointError} damaged, another network's, or with numbers that are not finite
 */
export function decodeModel(bytes: Uint8Array, path: string, name: ModelName): LoadedModel {
  const network = networkOf(name).build();
  const metadata = readCheckpointMetadata(decodeCheckpoint(network, bytes, basename(path)));
  return checked({ name, network, path, metadata, version: null });
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
      `loadModel: ${name} holds ${wrong} in ${path}; no digit can be read with it. Use another checkpoint.`,
      { name, path },
    );
  }
}

/** A file of unknown content: it is the network whose names and shapes it has. Of several errors the nearest miss counts. */
function loadUnnamed({ path, stripPrefix }: { path: string; stripPrefix?: string }): LoadedModel {
  const errors: CheckpointError[] = [];
  for (const name of [DEFAULT_MODEL, ...MODEL_NAMES.filter((other) => other !== DEFAULT_MODEL)]) {
    try {
      return load(path, name, stripPrefix);
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

/** As its run recorded it, on whatever machine that was. */
export interface TrainingTime {
  seconds: number;
  /** Null where that is not known. */
  threads: number | null;
}

/** How long a model's training took, where that is written down beside it; else null. */
export function trainingTime(outputs: string, { name, path, version }: LoadedModel): TrainingTime | null {
  const { seconds, threads } = version === null ? timeBeside(path) : timeOfVersion(outputs, name, version);
  return seconds === null ? null : { seconds, threads };
}

interface KnownTime {
  seconds: number | null;
  threads: number | null;
}

function timeOfVersion(outputs: string, name: ModelName, version: number): KnownTime {
  return promotionOf(readRegistry(outputs, name), version)?.metrics ?? { seconds: null, threads: null };
}

/** The run's record, or NAME.json as it stands beside the shipped weights. */
function timeBeside(path: string): KnownTime {
  try {
    const { result, versions } =
      basename(path) === CHECKPOINT_FILE
        ? recordIn(dirname(path)).record
        : readRunRecord(readFileBounded(path.replace(/\.safetensors$/, ".json"), FILE_LIMITS.record).toString(), path);
    return { seconds: result.seconds, threads: versions.threads };
  } catch {
    return { seconds: null, threads: null };
  }
}
