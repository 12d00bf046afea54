// The work of `mnist runs`.

import { existsSync } from "node:fs";
import process from "node:process";
import { NotFoundError, type SimdgradError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { isMnistTest } from "../../models/index.ts";
import { listRuns, runNamed } from "../../store/runs/list_runs.ts";
import {
  epochsOf,
  failureOf,
  isResumable,
  measuredOnOf,
  type StoredRun,
  secondsOf,
  statusOf,
} from "../../store/runs/stored_run.ts";
import { type VersionMark, versionMarks } from "../../store/versions/version_marks.ts";
import { asked } from "../terminal/asked.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { printNote } from "../terminal/notice.ts";
import { stderr, stdout } from "../terminal/terminal.ts";
import { compareRuns } from "./compare_runs.ts";
import type { Order } from "./run_order.ts";
import { settingsOf } from "./run_settings.ts";
import { runTable } from "./run_table.ts";

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
    const none = existsSync(outputs)
      ? `No run is in ${where}.`
      : `There is no folder ${outputs} here, so no run is in it.`;
    stderr.print(`${none} Train one: mnist train. Runs kept elsewhere: mnist runs --runs FOLDER.`);
    return;
  }
  const chosen =
    ids.length > 0 ? ids.map((id) => asked(id, () => runNamed(all, id, where), runRemedy)) : sorted(all, order);
  if (new Set(chosen).size < chosen.length)
    throw new UsageError("a run is named twice; name different ones to compare.");
  const marks = versionMarks(outputs, models);
  for (const problem of marks.problems) printNote(problem);
  if (isJson) {
    const lines = chosen.map((run) => JSON.stringify(runAsJson(run, marks.of(run), ids.length > 0)));
    process.stdout.write(`${lines.join("\n")}\n`);
    return;
  }
  const lines = ids.length > 0 ? compareRuns(chosen, marks.of, stdout) : runTable(chosen, marks.of, stdout);
  stdout.print(lines.join("\n"));
}

/** What has no figure comes last; accuracies on MNIST's test images before those on others, which tell less. */
export function sorted(runs: readonly StoredRun[], order: Order): StoredRun[] {
  if (order === "newest") return [...runs];
  const rank = (run: StoredRun): number => {
    const { result, history } = run.record;
    if (order === "duration") return secondsOf(run) ?? Number.POSITIVE_INFINITY;
    return -((order === "test" ? result.testAccuracy : history?.kept?.validationAccuracy) ?? Number.NEGATIVE_INFINITY);
  };
  const group = (run: StoredRun): number => {
    if (rank(run) === Number.POSITIVE_INFINITY) return 2;
    return order === "duration" || isMnistTest(measuredOnOf(run)) ? 0 : 1;
  };
  return [...runs].sort((a, b) => group(a) - group(b) || (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** A line of `--json`. */
export function runAsJson(run: StoredRun, mark: VersionMark, isInFull: boolean): Record<string, unknown> {
  const { record } = run;
  const { dataset, images, trainedOn } = measuredOnOf(run);
  return {
    id: run.id,
    model: run.model,
    status: statusOf(run),
    problem: run.problem,
    error: failureOf(run),
    can_resume: isResumable(run),
    epochs: epochsOf(run)?.done ?? null,
    planned_epochs: record.recipe.epochs ?? null,
    limit: record.limit,
    val_accuracy: record.history?.kept?.validationAccuracy ?? null,
    test_accuracy: record.result.testAccuracy,
    test_loss: record.result.testLoss,
    dataset,
    trained_on: trainedOn,
    test_images: images,
    seconds: secondsOf(run),
    weights_sha256: record.result.weightsSha256,
    versions: mark.versions,
    is_current: mark.isCurrent,
    path: run.path,
    ...(isInFull ? { settings: settingsOf(run) } : {}),
  };
}

function runRemedy(error: SimdgradError): string {
  if (!(error instanceof NotFoundError)) return "";
  return error.details.latest === null ? " Train one first: mnist train." : " mnist runs lists them.";
}
