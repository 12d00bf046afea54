// A run as its run.json tells it: what is not there, or not what it should be, is null, and a file that cannot be read
// at all is a problem with a line of its own.

import { statSync } from "node:fs";
import { join } from "node:path";
import type { MeasuredOn } from "../../models/index.ts";
import { type Fields, fieldsOf, numberOf, textOf } from "../files/fields.ts";
import { isRunnerAlive } from "../files/run_alive.ts";
import type { FoundRun } from "./find_run.ts";
import { CHECKPOINT_FILE, isFinished, readRunFile, STATE_FILE } from "./run_file.ts";

export interface RunRecord extends FoundRun {
  hasCheckpoint: boolean;
  /** Whether there is something that --resume goes on from. */
  hasState: boolean;
  /** "running", "done", "interrupted", "failed", or what a later version calls it; "damaged" where it is unknown. */
  status: string;
  /** Whether the process of a run that says "running" is there; null where that cannot be known, or does not matter. */
  isAlive: boolean | null;
  /** Why run.json is of no use; null where it is. */
  problem: string | null;
  /** What it failed of; null where it did not, or nobody could write it down. */
  error: string | null;
  /** Those that it went through to their end. */
  epochs: number | null;
  /** Whether it stopped within the one after them. */
  isWithinEpoch: boolean;
  plannedEpochs: number | null;
  validationAccuracy: number | null;
  testAccuracy: number | null;
  testLoss: number | null;
  /** What its accuracies are about. */
  measuredOn: MeasuredOn;
  seconds: number | null;
  weights: string | null;
  /** All of run.json. */
  content: Fields;
}

export function readRun({ model, id, path }: FoundRun): RunRecord {
  const { content, problem } = readRunFile(path);
  const history = fieldsOf(content.history);
  const dataset = fieldsOf(content.dataset);
  const epochs = Array.isArray(history.epochs) ? history.epochs.map(fieldsOf) : null;
  // What --max-seconds stopped within an epoch was validated there, and has a line for it in its history.
  const isWithinEpoch = (epochs?.length ?? 0) > 0 && (numberOf(fieldsOf(history.stopped).step) ?? 0) > 0;
  const status = problem ? "damaged" : (textOf(content.status) ?? "unknown");
  return {
    id,
    model,
    path,
    hasCheckpoint: isFile(join(path, CHECKPOINT_FILE)),
    hasState: isFile(join(path, STATE_FILE)),
    status,
    isAlive: status === "running" ? isRunnerAlive(content) : null,
    problem,
    error: status === "failed" ? textOf(content.error) : null,
    epochs: epochs ? epochs.length - (isWithinEpoch ? 1 : 0) : null,
    isWithinEpoch,
    plannedEpochs: numberOf(fieldsOf(content.recipe).epochs),
    validationAccuracy: numberOf(fieldsOf(history.kept).validationAccuracy),
    testAccuracy: numberOf(content.test_accuracy),
    testLoss: numberOf(content.test_loss),
    measuredOn: { dataset: textOf(dataset.name), images: numberOf(fieldsOf(dataset.test).size) },
    seconds:
      numberOf(content.seconds) ?? (epochs?.length ? sumOf(epochs.map(({ seconds }) => numberOf(seconds))) : null),
    weights: textOf(content.weights_sha256),
    content,
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** What to call its state: a run that died says "running" itself. */
export function statusOf({ status, isAlive }: RunRecord): string {
  if (status !== "running" || isAlive === true) return status;
  return isAlive === false ? "died" : "running?";
}

/** The same in a few words, for a list: why it stopped, and whether it can go on. */
export function shortStatusOf(run: RunRecord): string {
  const status = statusOf(run);
  const { by } = fieldsOf(fieldsOf(run.content.history).stopped);
  if (status.startsWith("stopped early") && by === "patience") return "no better";
  const short = status.startsWith("stopped early") && by === "maxSeconds" ? "out of time" : status;
  return canGoOn(run) ? `${short}, can go on` : short;
}

/** Whether `mnist train --resume` takes it, which asks the state and not a run.json that is damaged. */
export function canGoOn({ hasState, content, isAlive }: RunRecord): boolean {
  return hasState && !isFinished(content) && isAlive !== true;
}

/** Whether it went on to its end and was measured; else why not. */
export function whyUnfinished(run: RunRecord): string | null {
  if (run.problem) return run.problem;
  const status = statusOf(run);
  const after = run.epochs ? ` after epoch ${run.epochs}${run.plannedEpochs ? ` of ${run.plannedEpochs}` : ""}` : "";
  if (status === "running" || status === "running?") return "it is still running";
  if (status === "died") return `its process died${after}`;
  if (status === "interrupted") return `it was interrupted${after}`;
  if (status === "failed") return `it failed${after}${run.error ? `: ${run.error.replace(/\.$/, "")}` : ""}`;
  return run.testAccuracy === null ? `its accuracy on the test images is not known (status ${status})` : null;
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
