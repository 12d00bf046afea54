// The work of `mnist versions`.

import process from "node:process";
import type { ModelName } from "../../models/index.ts";
import { type Registry, readRegistry } from "../../store/versions/registry.ts";
import { readVersion } from "../../store/versions/version_file.ts";
import { type VersionRecord, writeVersionRecord } from "../../store/versions/version_record.ts";
import { percent } from "../runs/run_table.ts";
import { type Column, columnTable } from "../terminal/columns.ts";
import { AlreadyReportedError, EXIT, exitCodeOf } from "../terminal/exit_codes.ts";
import { printable } from "../terminal/format.ts";
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
    ? shown.flatMap((registry) => registry.records.map((record, i) => JSON.stringify(asJson(registry, record, i))))
    : shown.flatMap((registry, i) => [...(i > 0 ? [""] : []), ...versionTable(registry, stdout)]);
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  if (exitCode !== EXIT.ok) throw new AlreadyReportedError(exitCode);
}

function asJson(registry: Registry, record: VersionRecord, i: number): object {
  const isCurrent = i === registry.records.length - 1;
  return {
    model: registry.model,
    ...JSON.parse(writeVersionRecord(record)),
    is_current: isCurrent,
    file_state: stateOf(registry, record),
  };
}

export function versionTable(registry: Registry, stream: TerminalStream): string[] {
  const { records, model } = registry;
  const last = records.length - 1;
  const column = (
    title: string,
    cell: (record: VersionRecord, i: number) => string,
    more: Partial<Column> = {},
  ): Column => ({
    title,
    cells: records.map((record, i) => printable(cell(record, i))),
    ...more,
  });
  const data = measuredOnCells(records.map(measuredOnVersion));
  const states = records.map((record) => stateOf(registry, record));
  return columnTable(
    [
      column("model", () => model),
      column("version", ({ version }) => String(version), { isRight: true }),
      column("event", ({ kind, from }) => (kind === "rollback" ? `rollback from ${from ?? "?"}` : kind)),
      column("run", ({ run }) => run, { rank: 4 }),
      column("val", ({ metrics }) => percent(metrics.validationAccuracy), { isRight: true, rank: 2 }),
      column("test", ({ metrics }) => percent(metrics.testAccuracy), { isRight: true }),
      column("data", (_, i) => data[i]),
      column("date", ({ date }) => date.replace("T", " ").slice(0, 16), { rank: 3 }),
      column("weights", ({ weightsSha256 }) => weightsSha256.slice(0, 8), { rank: 1 }),
      column("file", (_, i) => states[i], { style: (text, i) => (states[i] === "ok" ? text : stream.red(text)) }),
      column("", (_, i) => (i === last ? "current" : ""), { style: stream.green }),
      column("note", ({ note }) => note ?? "", { rank: 0 }),
    ],
    stream,
  );
}

function stateOf(registry: Registry, record: VersionRecord): "ok" | "missing" | "changed" {
  try {
    readVersion(registry, record);
    return "ok";
  } catch (error) {
    return (error as { details?: { code?: string } }).details?.code ? "missing" : "changed";
  }
}
