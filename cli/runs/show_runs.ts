// The work of `mnist runs`.

import { existsSync } from "node:fs";
import process from "node:process";
import { isMnistTest, type ModelName } from "../../models/index.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { printNote } from "../terminal/note.ts";
import { stdout } from "../terminal/terminal.ts";
import { compareRuns } from "./compare_runs.ts";
import { listRuns, runNamed } from "./list_runs.ts";
import type { Order } from "./run_order.ts";
import { canGoOn, type RunRecord, statusOf } from "./run_record.ts";
import { settingsOf } from "./run_settings.ts";
import { runTable } from "./run_table.ts";
import { type Mark, marksOf } from "./version_marks.ts";

export interface RunsRequest {
  /** Those to compare; none for a list. */
  ids: readonly string[];
  models: readonly ModelName[];
  order: Order;
  outputs: string;
  isJson: boolean;
}

export function showRuns({ ids, models, order, outputs, isJson }: RunsRequest): void {
  const all = listRuns(outputs, models);
  const where = models.length === 1 ? `${outputs}/${models[0]}` : outputs;
  if (ids.length === 0 && all.length === 0) {
    if (!existsSync(outputs)) process.stderr.write(`There is no folder ${outputs} here, so no run is in it.`);
    else process.stderr.write(`No run is in ${where}.`);
    process.stderr.write(" Train one: mnist train. Runs kept elsewhere: mnist runs --runs FOLDER.\n");
    return;
  }
  const chosen = ids.length > 0 ? ids.map((id) => runNamed(all, id, where)) : sorted(all, order);
  if (new Set(chosen).size < chosen.length)
    throw new UsageError("a run is named twice; name different ones to compare.");
  const marks = marksOf(outputs, models);
  for (const problem of marks.problems) printNote(problem);
  const lines = isJson
    ? chosen.map((run) => JSON.stringify(runAsJson(run, marks.of(run), ids.length > 0)))
    : ids.length > 0
      ? compareRuns(chosen, marks.of, stdout)
      : runTable(chosen, marks.of, stdout);
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What has no figure comes last; accuracies on MNIST's test images before those on others, which tell less. */
export function sorted(runs: readonly RunRecord[], order: Order): RunRecord[] {
  if (order === "newest") return [...runs];
  const rank = ({ validationAccuracy, testAccuracy, seconds }: RunRecord): number => {
    if (order === "duration") return seconds ?? Number.POSITIVE_INFINITY;
    return -((order === "test" ? testAccuracy : validationAccuracy) ?? Number.NEGATIVE_INFINITY);
  };
  const group = (run: RunRecord): number => {
    if (rank(run) === Number.POSITIVE_INFINITY) return 2;
    return order === "duration" || isMnistTest(run.measuredOn) ? 0 : 1;
  };
  return [...runs].sort((a, b) => group(a) - group(b) || (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** A line of `--json`. */
export function runAsJson(run: RunRecord, mark: Mark, isInFull: boolean): Record<string, unknown> {
  return {
    id: run.id,
    model: run.model,
    status: statusOf(run),
    problem: run.problem,
    error: run.error,
    can_resume: canGoOn(run),
    epochs: run.epochs,
    planned_epochs: run.plannedEpochs,
    val_accuracy: run.validationAccuracy,
    test_accuracy: run.testAccuracy,
    test_loss: run.testLoss,
    dataset: run.measuredOn.dataset,
    test_images: run.measuredOn.images,
    seconds: run.seconds,
    weights_sha256: run.weights,
    versions: mark.versions,
    is_current: mark.isCurrent,
    path: run.path,
    ...(isInFull ? { settings: settingsOf(run) } : {}),
  };
}
