// The list of `mnist runs`.

import {
  epochsOf,
  isResumable,
  measuredOnOf,
  type StoredRun,
  secondsOf,
  statusOf,
} from "../../store/runs/stored_run.ts";
import type { VersionMark } from "../../store/versions/version_marks.ts";
import { type Column, columnTable } from "../terminal/columns.ts";
import { formatCount, formatDuration, formatPercent } from "../terminal/format.ts";
import { measuredOnCells } from "../terminal/measured_on.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { shorten } from "../terminal/width.ts";

/** "interrupted, resumable" */
const LONGEST_STATUS = 23;
const DIGEST = 8;

/** A head, a line per run, and a line for each that cannot be read. */
export function runTable(
  runs: readonly StoredRun[],
  markOf: (run: StoredRun) => VersionMark,
  stream: TerminalStream,
): string[] {
  const column = (title: string, cell: (run: StoredRun) => string, more: Partial<Column> = {}): Column => ({
    title,
    cells: runs.map((run) => cell(run)),
    ...more,
  });
  const isRight = true;
  const columns = [
    column("id", ({ id }) => id),
    column("model", ({ model }) => model, { rank: 6 }),
    column("status", (run) => shorten(shortStatusOf(run), LONGEST_STATUS), {
      style: (text, row) => colorOf(statusOf(runs[row]), stream)(text),
    }),
    column("epochs", describeEpochs, { isRight, rank: 4 }),
    column("val", ({ record }) => percent(record.history?.kept?.validationAccuracy ?? null), { isRight }),
    column("test", ({ record }) => percent(record.result.testAccuracy), { isRight }),
    { title: "data", cells: measuredOnCells(runs.map(measuredOnOf)) },
    column("limit", ({ record: { limit } }) => (limit === null ? "" : formatCount(limit)), { isRight, rank: 5 }),
    column("time", (run) => describeTime(secondsOf(run)), { isRight, rank: 2 }),
    column("weights", ({ record }) => record.result.weightsSha256?.slice(0, DIGEST) ?? "–", { rank: 1 }),
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
export function describeEpochs(run: StoredRun): string {
  const epochs = epochsOf(run);
  if (!epochs) return "–";
  const done = `${epochs.done}${epochs.isWithinNext ? "+" : ""}`;
  const planned = run.record.recipe.epochs;
  return planned === undefined ? done : `${done}/${planned}`;
}

export function describeTime(seconds: number | null): string {
  return seconds === null ? "–" : formatDuration(seconds);
}

/** How a run ended, in a few words: why it stopped, and whether it can be resumed. */
export function shortStatusOf(run: StoredRun): string {
  const status = statusOf(run);
  const { by } = run.record.history?.stopped ?? {};
  if (status.startsWith("stopped early") && by === "patience") return "no better";
  const short = status.startsWith("stopped early") && by === "maxSeconds" ? "out of time" : status;
  return isResumable(run) ? `${short}, resumable` : short;
}

export function percent(part: number | null): string {
  return part === null ? "–" : formatPercent(part);
}

/** @example "v3 current" */
export function describeMark({ versions, isCurrent }: VersionMark): string {
  return [...versions.map((version) => `v${version}`), ...(isCurrent ? ["current"] : [])].join(" ");
}

export function colorOf(status: string, stream: TerminalStream): (text: string) => string {
  if (["failed", "died", "damaged"].includes(status)) return stream.red;
  if (status === "interrupted" || status.startsWith("running")) return stream.yellow;
  return (text) => text;
}
