// A resumable training run: everything that its next step depends on, and its history.

import { check, checkFields, object, required } from "../base/check.ts";
import { CheckpointError, OptionError } from "../base/errors.ts";
import { amountOf, countOf, fieldsOf, parseFields, partOf } from "../base/fields.ts";
import { printable } from "../base/printable.ts";
import { sha256 } from "../base/sha256.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../formats/safetensors.ts";
import { recordedArithmetic } from "../runtime/arithmetic.ts";
import { checkReports, EPOCH_FIELDS, type EpochReport } from "./history.ts";

/** How far a run is. */
export interface TrainingProgress {
  /** The epoch under way, from 1; one more than there are when all have ended. */
  epoch: number;
  /** Its steps that are done. */
  step: number;
  /** Over these steps: samples, Σ loss, and how many got their label; 0 for targets. */
  seen: number;
  lossSum: number;
  right: number;
  /** How long they took. */
  epochSeconds: number;
  /** How long all epochs so far took. */
  seconds: number;
  /** That of the last step. */
  learningRate: number;
}

/** What `TrainerOptions.onCheckpoint` is given and `fit(…, { resume })` takes: plain data, all copies. */
export interface TrainingState {
  /** What the run must have in common with the one that resumes it. */
  setup: Readonly<Record<string, unknown>>;
  progress: TrainingProgress;
  /** The epochs that have ended. */
  epochs: readonly EpochReport[];
  /** `model.…`, `best.…`, `optimizer.…`, `average.…`, each by its own names. */
  tensors: Readonly<Record<string, StoredTensor>>;
}

const FORMAT = "simdgrad training state 1";
const HISTORY = "history";
const RESERVED = ["format", "setup", "progress", "sha256"];

/**
 * A state as one safetensors file. Its numbers come back exactly: those of the history are f64, those of the progress
 * decimal texts that say each f64 to the bit.
 *
 * @param metadata texts kept with it; not named format, setup, progress or sha256
 * @throws {CheckpointError} one is named so, or more than 1 MB of texts
 * @throws {OptionError} a part of the state that is of another kind
 * @example writeFileSync("state.safetensors", encodeTrainingState(state))
 */
export function encodeTrainingState(
  state: TrainingState,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const part = required(object);
  checkFields("encodeTrainingState", "state", state, { setup: part, progress: part, tensors: part });
  check("encodeTrainingState", "metadata", metadata, object);
  const { setup, progress, epochs, tensors } = state;
  checkReports("encodeTrainingState", epochs);
  if (!isProgress(progress, epochs)) {
    throw new OptionError(`encodeTrainingState: progress must be what a Trainer gave; got ${printable(progress)}.`);
  }
  const taken = RESERVED.find((name) => name in metadata);
  if (taken) {
    throw new CheckpointError(`encodeTrainingState: metadata may not be named ${taken}; the state needs that name.`);
  }
  const history = Float64Array.from(epochs.flatMap((report) => EPOCH_FIELDS.map((field) => report[field])));
  const all: Record<string, StoredTensor> = {
    [HISTORY]: { dtype: "F64", shape: [epochs.length, EPOCH_FIELDS.length], data: history },
    ...tensors,
  };
  const texts = { ...metadata, format: FORMAT, setup: jsonOf(setup), progress: JSON.stringify(progress) };
  return encodeSafetensors(all, { ...texts, sha256: digestOf(all, texts) });
}

/**
 * The state in a file, and the texts kept with it.
 *
 * @param fileName as messages should say it
 * @throws {CheckpointError} a file that is damaged, if only by a bit, or holds no training state
 */
export function decodeTrainingState(
  bytes: Uint8Array,
  fileName: string,
): { state: TrainingState; metadata: Record<string, string> } {
  const { tensors: all, metadata: texts } = decodeSafetensors(bytes, fileName);
  const format = texts.format ?? null;
  const isNone = (): never => {
    const message = `decodeTrainingState: ${fileName} holds no training state of this version's.`;
    throw new CheckpointError(message, { fileName, format });
  };
  if (format !== FORMAT) isNone();
  const { sha256: digest, ...signed } = texts;
  if (digestOf(all, signed) !== digest) {
    throw new CheckpointError(`decodeTrainingState: ${fileName} is damaged; its content and its SHA-256 differ.`, {
      fileName,
    });
  }
  const { format: _, setup, progress, ...metadata } = signed;
  const { [HISTORY]: history, ...tensors } = all;
  // The digest has no key: whoever made the file may have signed anything.
  const parsed = { setup: parseFields(setup ?? ""), progress: parseFields(progress ?? "") };
  if (!parsed.setup || !isHistory(history)) return isNone();
  const epochs = readEpochs(history);
  if (!isProgress(parsed.progress, epochs)) return isNone();
  const { kernels } = parsed.setup;
  const state = {
    setup: { ...parsed.setup, ...(kernels === undefined ? {} : { kernels: recordedArithmetic(kernels) }) },
    progress: parsed.progress,
    epochs,
    tensors,
  };
  return { state, metadata };
}

/** @throws {OptionError} values that JSON has no words for, or nested too deep: no reader could compare them */
function jsonOf(setup: TrainingState["setup"]): string {
  try {
    const json = JSON.stringify(setup);
    if (parseFields(json)) return json;
  } catch {
    // As below.
  }
  throw new OptionError(`encodeTrainingState: setup must be plain data; got ${printable(setup)}.`);
}

const COUNTS = ["step", "seen", "right"] as const satisfies readonly (keyof TrainingProgress)[];
const AMOUNTS = ["epochSeconds", "seconds", "learningRate"] as const satisfies readonly (keyof TrainingProgress)[];

/** @internal Whether some run can have come to this: every epoch before the one under way has ended, in order. */
export function isProgress(value: unknown, epochs: readonly EpochReport[]): value is TrainingProgress {
  const fields = fieldsOf(value);
  const { epoch, step, seen, right, lossSum } = fields as unknown as TrainingProgress;
  return (
    COUNTS.every((name) => countOf(fields[name]) !== null) &&
    AMOUNTS.every((name) => amountOf(fields[name]) !== null) &&
    (step === 0 ? seen === 0 && lossSum === 0 : seen >= step && Number.isFinite(lossSum)) &&
    right <= seen &&
    epoch === epochs.length + 1 &&
    epochs.every(isReport)
  );
}

/** Accuracies are NaN for targets. */
function isReport(report: EpochReport, i: number): boolean {
  const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy } = report;
  return (
    epoch === i + 1 &&
    Number.isFinite(trainLoss) &&
    Number.isFinite(validationLoss) &&
    [trainAccuracy, validationAccuracy].every((part) => Number.isNaN(part) || partOf(part) !== null) &&
    [report.seconds, report.samplesPerSecond, report.learningRate].every((amount) => amountOf(amount) !== null)
  );
}

function isHistory(stored: StoredTensor | undefined): stored is StoredTensor {
  return stored?.dtype === "F64" && stored.shape.length === 2 && stored.shape[1] === EPOCH_FIELDS.length;
}

function readEpochs({ shape: [count], data }: StoredTensor): EpochReport[] {
  return Array.from({ length: count }, (_, n) => {
    const row = EPOCH_FIELDS.map((field, i) => [field, data[n * EPOCH_FIELDS.length + i]]);
    return Object.fromEntries(row) as EpochReport;
  });
}

/** Of the file as it would be without its digest. */
function digestOf(tensors: Readonly<Record<string, StoredTensor>>, texts: Readonly<Record<string, string>>): string {
  return sha256(encodeSafetensors(tensors, texts));
}
