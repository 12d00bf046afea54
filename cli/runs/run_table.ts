// The list of `mnist runs`.

import { measuredOnCells } from "../load/measured_on.ts";
import { type Column, columnTable } from "../terminal/columns.ts";
import { formatDuration, formatPercent, printable } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { type RunRecord, shortStatusOf, statusOf } from "./run_record.ts";
import type { Mark } from "./version_marks.ts";

/** "interrupted, can go on" */
const LONGEST_STATUS = 23;
const DIGEST = 8;

/** A head, a line a run, and a line for each that cannot be read. */
export function runTable(
  runs: readonly RunRecord[],
  markOf: (run: RunRecord) => Mark,
  stream: TerminalStream,
): string[] {
  const column = (title: string, cell: (run: RunRecord) => string, more: Partial<Column> = {}): Column => ({
    title,
    cells: runs.map((run) => printable(cell(run))),
    ...more,
  });
  const isRight = true;
  const columns = [
    column("id", ({ id }) => id),
    column("model", ({ model }) => model, { rank: 6 }),
    column("status", (run) => shorten(shortStatusOf(run)), {
      style: (text, row) => colorOf(statusOf(runs[row]), stream)(text),
    }),
    column("epochs", epochsOf, { isRight, rank: 4 }),
    column("val", ({ validationAccuracy }) => percent(validationAccuracy), { isRight }),
    column("test", ({ testAccuracy }) => percent(testAccuracy), { isRight }),
    { title: "data", cells: measuredOnCells(runs.map(({ measuredOn }) => measuredOn)) },
    column("time", ({ seconds }) => (seconds === null ? "–" : formatDuration(seconds)), { isRight, rank: 2 }),
    column("weights", ({ weights }) => (weights === null ? "–" : weights.slice(0, DIGEST)), { rank: 1 }),
    column("version", (run) => describeMark(markOf(run)), {
      style: (text, row) => (markOf(runs[row]).isCurrent ? stream.green(text) : text),
    }),
  ];
  const problems = runs.flatMap(({ model, id, problem }) =>
    problem ? [stream.red(`${model}/${id}: ${problem}`)] : [],
  );
  return [...columnTable(columns, stream), ...(problems.length > 0 ? ["", ...problems] : [])];
}

/** @example "3/10", and "3+/10" of a run that stopped within its fourth */
export function epochsOf({ epochs, isWithinEpoch, plannedEpochs }: RunRecord): string {
  if (epochs === null) return "–";
  const done = `${epochs}${isWithinEpoch ? "+" : ""}`;
  return plannedEpochs === null ? done : `${done}/${plannedEpochs}`;
}

export function percent(part: number | null): string {
  return part === null ? "–" : formatPercent(part);
}

/** @example "v3 current" */
export function describeMark({ versions, isCurrent }: Mark): string {
  return [...versions.map((version) => `v${version}`), ...(isCurrent ? ["current"] : [])].join(" ");
}

function shorten(status: string): string {
  return status.length > LONGEST_STATUS ? `${status.slice(0, LONGEST_STATUS - 1)}…` : status;
}

export function colorOf(status: string, stream: TerminalStream): (text: string) => string {
  if (["failed", "died", "damaged"].includes(status)) return stream.red;
  if (status === "interrupted" || status.startsWith("running")) return stream.yellow;
  return (text) => text;
}
