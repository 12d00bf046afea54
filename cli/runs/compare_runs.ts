// `mnist runs A B …`: what differs, side by side, and what came of it.

import { describeMeasuredOn, isMnistTest } from "../../models/index.ts";
import { settingsOf } from "../../store/runs/run_settings.ts";
import { failureOf, measuredOnOf, type StoredRun, secondsOf, statusOf } from "../../store/runs/stored_run.ts";
import type { VersionMark } from "../../store/versions/version_marks.ts";
import { columnTable } from "../terminal/columns.ts";
import { shortDigest } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";
import { columnsOf, shorten } from "../terminal/width.ts";
import { describeEpochs, describeMark, describeTime, percent } from "./run_table.ts";

interface Row {
  label: string;
  values: readonly string[];
}

const DIGEST = /^[0-9a-f]{64}$/;
const LONGEST_VALUE = 44;
const GAP = 2;

/** Blocks of as many runs as the line has room for. One run alone is shown with all its settings. */
export function compareRuns(
  runs: readonly StoredRun[],
  markOf: (run: StoredRun) => VersionMark,
  stream: TerminalStream,
): string[] {
  const { rows: settings, sameCount } = differing(runs);
  const results = resultsOf(runs, markOf);
  const rows = [...settings, ...results];
  const labelWidth = Math.max(...rows.map(({ label }) => columnsOf(label)));
  const columnWidth = (i: number): number =>
    Math.max(columnsOf(titleOf(runs[i])), ...rows.map(({ values }) => columnsOf(values[i])));
  const room = (stream.isTerminal ? stream.width : Number.POSITIVE_INFINITY) - labelWidth;
  const lines: string[] = [];
  for (let from = 0; from < runs.length; ) {
    let to = from;
    for (let width = 0; to < runs.length; to++) {
      width += columnWidth(to) + GAP;
      if (width > room && to > from) break;
    }
    if (from > 0) lines.push("");
    const block = columnTable(
      [
        { title: "", cells: rows.map(({ label }) => label), style: (text) => stream.dim(text) },
        ...runs
          .slice(from, to)
          .map((run, k) => ({ title: titleOf(run), cells: rows.map(({ values }) => values[from + k]) })),
      ],
      stream,
    );
    lines.push(...block);
    from = to;
  }
  // Sentences, which would make a column wider than any line.
  const problems = runs.flatMap((run) => {
    const problem = run.problem ?? failureOf(run);
    return problem === null ? [] : [stream.red(`${titleOf(run)}: ${problem}`)];
  });
  const same =
    runs.length > 1 && sameCount > 0 ? [stream.dim(`The same in all: ${sameCount} settings. --json has them.`)] : [];
  return [...lines, ...(same.length + problems.length > 0 ? ["", ...same, ...problems] : [])];
}

function titleOf({ model, id }: StoredRun): string {
  return `${model}/${id}`;
}

function differing(runs: readonly StoredRun[]): { rows: Row[]; sameCount: number } {
  const settings = runs.map(settingsOf);
  const all = [...new Set(settings.flatMap(Object.keys))];
  // Long, and of several runs their sizes, digests and seeds say the same.
  const names = all.filter((name) => runs.length === 1 || !/^dataset\.\w+\.name$/.test(name));
  const rows = names.map((label) => ({ label, values: settings.map((each) => show(each[label])) }));
  // By value, since two digests or texts that differ may look alike when they are cut.
  const isSame = (label: string): boolean => new Set(settings.map((each) => JSON.stringify(each[label]))).size === 1;
  const shown = runs.length === 1 ? rows : rows.filter(({ label }) => !isSame(label));
  return {
    rows: shown,
    sameCount: rows.length - shown.length,
  };
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (DIGEST.test(text)) return shortDigest(text);
  return shorten(text, LONGEST_VALUE);
}

function resultsOf(runs: readonly StoredRun[], markOf: (run: StoredRun) => VersionMark): Row[] {
  const row = (label: string, value: (run: StoredRun) => string): Row => ({ label, values: runs.map(value) });
  return [
    row("status", statusOf),
    row("epochs done", describeEpochs),
    row("validation accuracy", ({ record }) => percent(record.history?.kept?.validationAccuracy ?? null)),
    row("test accuracy", ({ record }) => percent(record.result.testAccuracy)),
    ...(runs.every((run) => isMnistTest(measuredOnOf(run)))
      ? []
      : [row("measured on", (run) => describeMeasuredOn(measuredOnOf(run)))]),
    row("test loss", ({ record }) => record.result.testLoss?.toFixed(4) ?? "–"),
    row("time", (run) => describeTime(secondsOf(run))),
    row("weights sha256", ({ record }) => shortDigest(record.result.weightsSha256 ?? "–")),
    row("version", (run) => describeMark(markOf(run)) || "–"),
  ];
}
