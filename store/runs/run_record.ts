// RunRecord: what a run is, as its run.json tells it. The file may be of another version or written by hand: what is not
// there, or not what it should be, is null: an accuracy of 1e300, a size of "10".

import {
  amountOf,
  countOf,
  type Fields,
  fieldsOf,
  isFields,
  numberOf,
  parseFields,
  partOf,
  textOf,
  timeOf,
} from "../../lib/base/fields.ts";
import { type Runner, readRunner } from "../../lib/base/run_process.node.ts";
import { DataError, type EpochReport } from "../../lib/index.ts";
import { type Recipe, readTrainedOn } from "../../models/index.ts";
import { readRecipe, writeRecipe } from "./run_spec.ts";

/** One of the three sets of images. */
export interface DatasetRecord {
  name: string;
  size: number;
  sha256: string;
}

/** An epoch, as a file tells it. */
export type EpochRecord = { [Figure in keyof EpochReport]: number | null };

export interface RunHistory {
  epochs: readonly EpochRecord[];
  best: EpochRecord | null;
  /** The epoch whose weights were kept. */
  kept: EpochRecord | null;
  /** Why there were fewer epochs than planned. */
  stopped: { by: string | null; why: string | null; step: number | null } | null;
}

/** What the kept weights read in the test images; null in a run that has not been tested. */
export interface RunResult {
  testAccuracy: number | null;
  testLoss: number | null;
  /** Of all parts of the run. */
  seconds: number | null;
  checkpoint: string | null;
  weightsSha256: string | null;
}

export interface RunRecord {
  /** "running", "done", "stopped early: …", "interrupted", "failed", or what a later version calls it. */
  status: string;
  model: string | null;
  command: string | null;
  /** Empty where it is not known. */
  recipe: Partial<Recipe>;
  patience: number | null;
  maxSeconds: number | null;
  seed: number | null;
  limit: number | null;
  dataset: {
    name: string | null;
    /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000". */
    trainedOn: string | null;
    notice: string | null;
    train: DatasetRecord | null;
    validation: DatasetRecord | null;
    test: DatasetRecord | null;
  };
  parameters: number | null;
  versions: {
    simdgrad: string | null;
    node: string | null;
    kernels: string | null;
    arithmetic: string | null;
    threads: number | null;
  };
  platform: string | null;
  /** The process that trains, or trained, it. */
  runner: Runner | null;
  /** As ISO 8601. */
  started: string | null;
  /** When it was resumed, likewise. */
  resumed: readonly string[];
  result: RunResult;
  /** What it failed of. */
  error: string | null;
  /** Null where the file tells none. */
  history: RunHistory | null;
}

export const UNTESTED: RunResult = {
  testAccuracy: null,
  testLoss: null,
  seconds: null,
  checkpoint: null,
  weightsSha256: null,
};

/** The file's text. */
export function writeRunRecord(record: RunRecord): string {
  const { result, dataset, error } = record;
  const content = {
    status: record.status,
    model: record.model,
    command: record.command,
    recipe: writeRecipe(record.recipe),
    patience: record.patience,
    max_seconds: record.maxSeconds,
    seed: record.seed,
    limit: record.limit,
    dataset: {
      name: dataset.name,
      trained_on: dataset.trainedOn,
      ...{ notice: dataset.notice, train: dataset.train, validation: dataset.validation, test: dataset.test },
    },
    parameters: record.parameters,
    versions: record.versions,
    platform: record.platform,
    runner: record.runner,
    started: record.started,
    resumed: record.resumed,
    ...known({
      test_accuracy: result.testAccuracy,
      test_loss: result.testLoss,
      seconds: result.seconds,
      checkpoint: result.checkpoint,
      weights_sha256: result.weightsSha256,
      error,
    }),
    history: record.history,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function known(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/**
 * @param where the file, for messages
 * @throws {DataError} it holds no JSON object
 */
export function readRunRecord(text: string, where: string): RunRecord {
  const fields = parseFields(text);
  if (!fields) throw new DataError(`readRunRecord: ${where} is damaged: it holds no JSON object.`, { where });
  const { resumed } = fields;
  const dataset = fieldsOf(fields.dataset);
  const versions = fieldsOf(fields.versions);
  return {
    status: textOf(fields.status) ?? "unknown",
    model: textOf(fields.model),
    command: textOf(fields.command),
    recipe: readRecipe(fields.recipe),
    patience: fromOne(fields.patience),
    maxSeconds: amountOf(fields.max_seconds),
    seed: countOf(fields.seed),
    limit: fromOne(fields.limit),
    dataset: {
      name: textOf(dataset.name),
      trainedOn: readTrainedOn(textOf(dataset.name), textOf(dataset.trained_on)),
      notice: textOf(dataset.notice),
      train: readDataset(dataset.train),
      validation: readDataset(dataset.validation),
      test: readDataset(dataset.test),
    },
    parameters: countOf(fields.parameters),
    versions: {
      simdgrad: textOf(versions.simdgrad),
      node: textOf(versions.node),
      kernels: textOf(versions.kernels),
      arithmetic: textOf(versions.arithmetic),
      threads: fromOne(versions.threads),
    },
    platform: textOf(fields.platform),
    runner: readRunner(fields.runner),
    started: timeOf(fields.started),
    resumed: Array.isArray(resumed) ? resumed.filter((time) => timeOf(time) !== null) : [],
    result: {
      testAccuracy: partOf(fields.test_accuracy),
      testLoss: amountOf(fields.test_loss),
      seconds: amountOf(fields.seconds),
      checkpoint: textOf(fields.checkpoint),
      weightsSha256: textOf(fields.weights_sha256),
    },
    error: textOf(fields.error),
    history: readHistory(fields.history),
  };
}

/** @returns null where it has no size */
export function readDataset(value: unknown): DatasetRecord | null {
  const { name, size, sha256 } = fieldsOf(value);
  const count = fromOne(size);
  return count === null ? null : { name: textOf(name) ?? "", size: count, sha256: textOf(sha256) ?? "" };
}

function readHistory(value: unknown): RunHistory | null {
  if (!isFields(value)) return null;
  const { epochs, best, kept, stopped } = value;
  return {
    epochs: Array.isArray(epochs) ? epochs.map((epoch) => readEpoch(fieldsOf(epoch))) : [],
    best: isFields(best) ? readEpoch(best) : null,
    kept: isFields(kept) ? readEpoch(kept) : null,
    stopped: isFields(stopped)
      ? { by: textOf(stopped.by), why: textOf(stopped.why), step: countOf(stopped.step) }
      : null,
  };
}

function readEpoch(fields: Fields): EpochRecord {
  return {
    epoch: fromOne(fields.epoch),
    trainLoss: numberOf(fields.trainLoss),
    trainAccuracy: partOf(fields.trainAccuracy),
    validationLoss: numberOf(fields.validationLoss),
    validationAccuracy: partOf(fields.validationAccuracy),
    seconds: amountOf(fields.seconds),
    samplesPerSecond: amountOf(fields.samplesPerSecond),
    learningRate: amountOf(fields.learningRate),
  };
}

function fromOne(value: unknown): number | null {
  return countOf(value, 1);
}

/** Whether it came to its end, and nothing is left to train. What a time limit stopped did not. */
export function isFinished({ status, history }: RunRecord): boolean {
  return status === "done" || (status.startsWith("stopped early") && history?.stopped?.by === "patience");
}
