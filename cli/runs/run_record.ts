// A run as its run.json tells it. The file may be of another version, cut short, or written by hand: what is not
// there, or not what it should be, is null, and a file that cannot be read at all is a problem with a line of its own.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Fields, fieldsOf, isFields, numberOf, textOf } from "../files/fields.ts";
import { isRunnerAlive } from "../files/run_alive.ts";
import { CHECKPOINT_FILE } from "./find_run.ts";

export interface RunRecord {
  id: string;
  model: string;
  /** Its folder. */
  path: string;
  hasCheckpoint: boolean;
  /** "running", "done", "interrupted", "failed", or what a later version calls it; "damaged" where it is unknown. */
  status: string;
  /** Whether the process of a run that says "running" is there; null where that cannot be known, or does not matter. */
  isAlive: boolean | null;
  /** Why run.json is of no use; null where it is. */
  problem: string | null;
  epochs: number | null;
  plannedEpochs: number | null;
  validationAccuracy: number | null;
  testAccuracy: number | null;
  testLoss: number | null;
  seconds: number | null;
  weights: string | null;
  /** All of run.json. */
  content: Fields;
}

export const RUN_FILE = "run.json";

export function readRun(outputs: string, model: string, id: string): RunRecord {
  const path = join(outputs, model, id);
  const { content, problem } = readFields(join(path, RUN_FILE));
  const history = fieldsOf(content.history);
  const epochs = Array.isArray(history.epochs) ? history.epochs.map(fieldsOf) : null;
  const status = problem ? "damaged" : (textOf(content.status) ?? "unknown");
  return {
    id,
    model,
    path,
    hasCheckpoint: statSync(join(path, CHECKPOINT_FILE), { throwIfNoEntry: false })?.isFile() === true,
    status,
    isAlive: status === "running" ? isRunnerAlive(content) : null,
    problem,
    epochs: epochs ? epochs.length : null,
    plannedEpochs: numberOf(fieldsOf(content.recipe).epochs),
    validationAccuracy: numberOf(fieldsOf(history.kept).validationAccuracy),
    testAccuracy: numberOf(content.test_accuracy),
    testLoss: numberOf(content.test_loss),
    seconds:
      numberOf(content.seconds) ?? (epochs?.length ? sumOf(epochs.map(({ seconds }) => numberOf(seconds))) : null),
    weights: textOf(content.weights_sha256),
    content,
  };
}

/** What to call its state: a run that died says "running" itself. */
export function statusOf({ status, isAlive }: RunRecord): string {
  if (status !== "running" || isAlive === true) return status;
  return isAlive === false ? "died" : "running?";
}

/** Whether it went on to its end and was measured; else why not. */
export function whyUnfinished(run: RunRecord): string | null {
  if (run.problem) return run.problem;
  const status = statusOf(run);
  const after = run.epochs ? ` after epoch ${run.epochs}${run.plannedEpochs ? ` of ${run.plannedEpochs}` : ""}` : "";
  if (status === "running" || status === "running?") return "it is still running";
  if (status === "died") return `its process died${after}`;
  if (status === "interrupted") return `it was interrupted${after}`;
  if (status === "failed") return `it failed${after}`;
  return run.testAccuracy === null ? `its accuracy on the test images is not known (status ${status})` : null;
}

function readFields(path: string): { content: Fields; problem: string | null } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      content: {},
      problem: code === "ENOENT" ? `it has no ${RUN_FILE}` : `${RUN_FILE} cannot be read (${code})`,
    };
  }
  try {
    const content = JSON.parse(text);
    if (isFields(content)) return { content, problem: null };
  } catch {
    // Said below.
  }
  return { content: {}, problem: `${RUN_FILE} is damaged: it holds no JSON object` };
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
