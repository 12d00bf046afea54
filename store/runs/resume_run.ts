// Resuming a run: which one is meant, whether it can be resumed here, and the claim of this process on it.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { fieldsOf, textOf } from "../../lib/base/fields.ts";
import { printableName } from "../../lib/base/printable.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { isElsewhere, thisProcess } from "../../lib/base/run_process.node.ts";
import { describeSystemError, systemCode } from "../../lib/base/system_error.ts";
import {
  CheckpointError,
  DataError,
  NotFoundError,
  OptionError,
  runtimeInfo,
  type TrainingState,
} from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { withLock } from "../files/file_lock.ts";
import { findRun, folderOf, isLatest, networksMeant, runFolders } from "./find_run.ts";
import { datasetRecord, type RunData } from "./run_data.ts";
import { RUN_FILE, type RunFolder, removeRunState, reopenRunFolder, STATE_FILE, writeRunFile } from "./run_folder.ts";
import type { LogSizes } from "./run_log.ts";
import { type DatasetRecord, isFinished, type RunRecord, readDataset, readRunRecord } from "./run_record.ts";
import type { RunSpec } from "./run_spec.ts";
import { readRunState } from "./run_state.ts";
import { isFile, type RunLocation, recordIn } from "./stored_run.ts";

/** A run that is this process's now. */
export interface ResumableRun {
  folder: RunFolder;
  spec: RunSpec;
  state: TrainingState;
  /** How much of its logs counts. */
  logSizes: LogSizes;
  /** As the run was told last; null: no limit. */
  maxSeconds: number | null;
  testSet: DatasetRecord;
  /** Gives the run back as it was, unless it has been trained since. */
  release(): void;
}

/**
 * Finds a run that has not finished, and makes it this process's: of several that try at once, one gets it.
 *
 * @param model of this network; undefined: of any
 * @param word  a run's id, the beginning of one, or "latest": the newest that has a state; or one of these behind its
 *   network, as in linear/latest
 * @throws {OptionError} a path, the beginning of several ids, or a run of another network
 * @throws {NotFoundError} there is no such run; `details.owner` is the network that has one
 * @throws {CheckpointError} it is done, another process trains it, its state cannot be read, or other kernels began it
 */
export async function resumeRun(outputs: string, model: ModelName | undefined, word: string): Promise<ResumableRun> {
  const run = findResumable(outputs, model, word);
  const release = await claimRun(run);
  try {
    const { state, extras } = readRunState(run.path);
    checkNetworkOf(run, extras.spec.model);
    checkKernels(state);
    return { ...extras, state, folder: reopenRunFolder(run.id, run.path), release };
  } catch (error) {
    release();
    throw error;
  }
}

export function findResumable(outputs: string, model: ModelName | undefined, word: string): RunLocation {
  const models = networksMeant(word, model ? [model] : MODEL_NAMES);
  const runs = runFolders(outputs, models);
  const { open, ended } = withState(runs);
  // Left by a process that was killed just after its run's end: there is nothing to resume.
  for (const run of ended) removeRunState(run);
  const found = findRun(isLatest(word) ? open : runs, word);
  if (!found) throw noSuchRun(outputs, models, word, open[0]?.id ?? null);
  checkOpen(found);
  return found;
}

/** Those that have a state, and of these which have come to their end all the same. */
function withState(runs: readonly RunLocation[]): { open: RunLocation[]; ended: RunLocation[] } {
  const all = runs.filter(({ path }) => isFile(join(path, STATE_FILE)));
  const ended = all.filter(({ path }) => isFinished(recordIn(path).record));
  return { open: all.filter((run) => !ended.includes(run)), ended };
}

/** Says where it was sought, and whether it is another network's. */
function noSuchRun(outputs: string, models: readonly ModelName[], word: string, latest: string | null): NotFoundError {
  const where = folderOf(outputs, models);
  const others = MODEL_NAMES.filter((name) => !models.includes(name));
  const owner = runFolders(outputs, others).find((run) => run.id === word)?.model ?? null;
  const hint =
    owner !== null
      ? `It is a run of ${owner}.`
      : latest !== null
        ? `The latest is ${latest}.`
        : "None is left unfinished.";
  const message = `resumeRun: there is no such run to resume in ${where}. ${hint}`;
  return new NotFoundError(message, { word, where, owner, latest });
}

/** @throws {CheckpointError} it is done, or another process trains it */
export function checkOpen({ path }: RunLocation): void {
  const { record } = recordIn(path);
  const hasState = isFile(join(path, STATE_FILE));
  if (isFinished(record)) {
    throw new CheckpointError(`resumeRun: this run has ended (${record.status}); there is nothing left to train.`, {
      path,
    });
  }
  if (!hasState) {
    throw new CheckpointError(`resumeRun: ${path} holds no ${STATE_FILE} to resume from; train again from the start.`, {
      path,
    });
  }
  if (record.status === "running" && isElsewhere(record.runner)) {
    const pid = record.runner?.pid;
    throw new CheckpointError(`resumeRun: process ${pid} is training this run; wait for it, or stop it.`, {
      path,
      pid,
    });
  }
}

/**
 * Says in run.json that the run is this process's, before reading data takes seconds.
 *
 * @returns gives it back as it was
 * @throws {CheckpointError} another process was sooner, and trains it or has finished it
 */
export async function claimRun(run: RunLocation): Promise<() => void> {
  const path = join(run.path, RUN_FILE);
  return withLock(join(run.path, ".resume.lock"), `Run ${run.id} is being taken up`, () => {
    checkOpen(run);
    const before = contentOf(path);
    const claim = writeRunFile(run, { ...recordOf(before), status: "running", runner: thisProcess() });
    return () => {
      try {
        if (contentOf(path) !== claim) return;
        if (before === null) rmSync(path, { force: true });
        else writeFileAtomic(path, new TextEncoder().encode(before), { followLinks: false });
      } catch {
        // What kept the run from being resumed is what there is to say; that its process is gone can be seen.
      }
    };
  });
}

/** An empty one where the file is damaged: the state has all that counts. */
function recordOf(text: string | null): RunRecord {
  try {
    return readRunRecord(text ?? "{}", RUN_FILE);
  } catch (error) {
    if (error instanceof DataError) return readRunRecord("{}", RUN_FILE);
    throw error;
  }
}

/**
 * @returns null where it has none
 * @throws {CheckpointError} it cannot be read: what is in it would be lost
 */
function contentOf(path: string): string | null {
  try {
    return readFileBounded(path, FILE_LIMITS.record).toString();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw new CheckpointError(`resumeRun: ${describeSystemError(`cannot read ${path}`, error)}.`, { path });
  }
}

/** @throws {CheckpointError} the state is of another network's run than the folder that it is in */
function checkNetworkOf({ model, path }: RunLocation, theirs: ModelName): void {
  if (model === theirs) return;
  throw new CheckpointError(`resumeRun: ${path} is a folder of ${model}, and its state one of ${theirs}.`, { path });
}

/** @throws {CheckpointError} another arithmetic's roundings are in its weights */
function checkKernels({ setup }: TrainingState): void {
  const { arithmetic } = runtimeInfo();
  if (setup.kernels === arithmetic) return;
  const kernels = printableName(textOf(setup.kernels) ?? "unknown");
  throw new CheckpointError(
    `resumeRun: it was trained with the ${kernels} kernels, and here are ${arithmetic} ones, which round differently. ` +
      "Resume it on a machine like the one it began on.",
    { state: setup.kernels, here: arithmetic },
  );
}

/**
 * @param maxSeconds the training time of the whole run; undefined: no limit
 * @throws {OptionError} it is used up; `details.seconds` is how long it has trained
 */
export function checkTimeLeft({ state }: ResumableRun, maxSeconds: number | undefined): void {
  const { seconds } = state.progress;
  if (maxSeconds === undefined || seconds < maxSeconds) return;
  throw new OptionError(`resumeRun: it has trained for ${seconds.toFixed(1)} s of ${maxSeconds} s. Give more.`, {
    seconds,
    maxSeconds,
  });
}

/** @throws {CheckpointError} other images than those it began with, or the state does not say which those were */
export function checkData({ state, testSet }: ResumableRun, { train, validation, test }: RunData): void {
  const { trainingSet, validationSet } = state.setup;
  const pairs: [role: string, began: DatasetRecord, here: DatasetRecord][] = [
    ["training", setOf("training", trainingSet), datasetRecord(train)],
    ["validation", setOf("validation", validationSet), datasetRecord(validation)],
    ["test", testSet, datasetRecord(test)],
  ];
  for (const [role, before, here] of pairs) {
    if (before.name === here.name && before.size === here.size && before.sha256 === here.sha256) continue;
    throw new CheckpointError(
      `resumeRun: it began with another ${role} set: ${describe(before)}; here is ${describe(here)}.`,
      { role, began: before, here },
    );
  }
}

/** A set as Trainer's setup has it. */
function setOf(role: string, value: unknown): DatasetRecord {
  const { name, size, digest } = fieldsOf(value);
  const set = readDataset({ name, size, sha256: digest });
  if (set) return set;
  throw new CheckpointError(
    `resumeRun: the run's state does not say which ${role} set it began with; resume it with the version that wrote it, or train anew.`,
    { role },
  );
}

function describe({ name, size, sha256 }: DatasetRecord): string {
  return `${name}, ${size} images, sha256 ${sha256.slice(0, 12)}…`;
}
