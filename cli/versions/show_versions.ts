// The work of `mnist versions`.

import type { ModelName } from "../../models/index.ts";
import { type Registry, readRegistry } from "../../store/versions/registry.ts";
import { listVersions, writeListedVersion } from "../../store/versions/version_list.ts";
import type { VersionRecord } from "../../store/versions/version_record.ts";
import { percent } from "../runs/run_table.ts";
import { type Column, columnTable } from "../terminal/columns.ts";
import { AlreadyReportedError, EXIT, exitCodeOf } from "../terminal/exit_codes.ts";
import { measuredOnCells } from "../terminal/measured_on.ts";
import { printNote } from "../terminal/notice.ts";
import { reportError } from "../terminal/report_error.ts";
import { stderr, stdout, type TerminalStream } from "../terminal/terminal.ts";
import { measuredOnVersion } from "./version_output.ts";

export interface VersionsRequest {
  models: readonly ModelName[];
  outputs: string;
  isJson: boolean;
}

/** A registry that is damaged gets its line and exit code 3; the others are shown all the same. */
export function showVersions({ models, outputs, isJson }: VersionsRequest): void {
  let exitCode: number = EXIT.ok;
  const registries: Registry[] = [];
  for (const model of models) {
    try {
      registries.push(readRegistry(outputs, model));
    } catch (error) {
      reportError(error);
      exitCode = exitCodeOf(error);
    }
  }
  const shown = registries.filter(({ records }) => records.length > 0);
  if (shown.length === 0 && exitCode === EXIT.ok) {
    stderr.print(`No version is in ${outputs}. mnist promote makes one of a run; mnist runs lists those.`);
  }
  for (const { path, tail } of shown) {
    if (!tail || tail.isWhole) continue;
    printNote(`${path} ends in a part of a line, left by a crash; the next promote or rollback cuts it off.`);
  }
  const lines = isJson
    ? shown.flatMap((registry) => listVersions(registry).map(writeListedVersion))
    : shown.flatMap((registry, i) => [...(i > 0 ? [""] : []), ...versionTable(registry, stdout)]);
  if (lines.length > 0) stdout.write(lines);
  if (exitCode !== EXIT.ok) throw new AlreadyReportedError(exitCode);
}

export function versionTable(registry: Registry, stream: TerminalStream): string[] {
  const listed = listVersions(registry);
  const records = registry.records;
  const column = (
    title: string,
    cell: (record: VersionRecord, i: number) => string,
    more: Partial<Column> = {},
  ): Column => ({
    title,
    cells: records.map((record, i) => cell(record, i)),
    ...more,
  });
  const data = measuredOnCells(records.map(measuredOnVersion));
  return columnTable(
    [
      column("model", () => registry.model),
      column("version", ({ version }) => String(version), { isRight: true }),
      column("event", ({ kind, from }) => (kind === "rollback" ? `rollback from ${from ?? "?"}` : kind)),
      column("run", ({ run }) => run, { rank: 4 }),
      column("val", ({ metrics }) => percent(metrics.validationAccuracy), { isRight: true, rank: 2 }),
      column("test", ({ metrics }) => percent(metrics.testAccuracy), { isRight: true }),
      column("data", (_, i) => data[i]),
      column("date", ({ date }) => date.replace("T", " ").slice(0, 16), { rank: 3 }),
      column("weights", ({ weightsSha256 }) => weightsSha256.slice(0, 8), { rank: 1 }),
      column("file", (_, i) => listed[i].fileState, {
        style: (text, i) => (listed[i].fileState === "ok" ? text : stream.red(text)),
      }),
      column("", (_, i) => (listed[i].isCurrent ? "current" : ""), { style: stream.green }),
      column("note", ({ note }) => note ?? "", { rank: 0 }),
    ],
    stream,
  );
}
