// The work of `mnist runs`.

import { existsSync } from "node:fs";
import { NotFoundError, type SimdgradError } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { type SkippedEntry, skippedEntries } from "../../store/runs/find_run.ts";
import { listRuns, runNamed } from "../../store/runs/list_runs.ts";
import type { Order } from "../../store/runs/run_order.ts";
import { summaryOf, writeRunSummary } from "../../store/runs/run_summary.ts";
import { sortRuns } from "../../store/runs/sort_runs.ts";
import { versionMarks } from "../../store/versions/version_marks.ts";
import { asked } from "../terminal/asked.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { printNote } from "../terminal/notice.ts";
import { stderr, stdout } from "../terminal/terminal.ts";
import { compareRuns } from "./compare_runs.ts";
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
  printSkipped(skippedEntries(outputs, models));
  const where = models.length === 1 ? `${outputs}/${models[0]}` : outputs;
  if (ids.length === 0 && all.length === 0) {
    const none = existsSync(outputs)
      ? `No run is in ${where}.`
      : `There is no folder ${outputs} here, so no run is in it.`;
    stderr.print(`${none} Train one: mnist train. Runs kept elsewhere: mnist runs --runs FOLDER.`);
    return;
  }
  const chosen =
    ids.length > 0 ? ids.map((id) => asked(id, () => runNamed(all, id, where), runRemedy)) : sortRuns(all, order);
  if (new Set(chosen).size < chosen.length)
    throw new UsageError("a run is named twice; name different ones to compare.");
  const marks = versionMarks(outputs, models);
  for (const problem of marks.problems) printNote(problem);
  if (isJson) {
    const lines = chosen.map((run) => writeRunSummary(summaryOf(run, marks.of(run), ids.length > 0)));
    stdout.write(lines);
    return;
  }
  const lines = ids.length > 0 ? compareRuns(chosen, marks.of, stdout) : runTable(chosen, marks.of, stdout);
  stdout.print(lines);
}

/** Of many the first few. */
const MOST_NOTES = 3;

function printSkipped(entries: readonly SkippedEntry[]): void {
  for (const { path, reason } of entries.slice(0, MOST_NOTES)) printNote(`${path} is skipped: ${reason}.`);
  if (entries.length > MOST_NOTES) printNote(`${entries.length - MOST_NOTES} more entries are skipped.`);
}

function runRemedy(error: SimdgradError): string {
  if (!(error instanceof NotFoundError)) return "";
  return error.details.latest === null ? " Train one first: mnist train." : " mnist runs lists them.";
}
