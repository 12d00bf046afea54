// The work of `mnist versions`.

import process from "node:process";
import type { ModelName } from "../../models/index.ts";
import { numberOf } from "../files/fields.ts";
import { measuredOnCells } from "../load/measured_on.ts";
import { type Registry, readRegistry, type VersionEvent } from "../registry/registry.ts";
import { readVersion } from "../registry/version_file.ts";
import { percent } from "../runs/run_table.ts";
import { type Column, columnTable } from "../terminal/columns.ts";
import { AlreadyReportedError, EXIT, exitCodeOf } from "../terminal/exit_codes.ts";
import { printable } from "../terminal/format.ts";
import { printNote } from "../terminal/note.ts";
import { reportError } from "../terminal/report_error.ts";
import { stdout, type TerminalStream } from "../terminal/terminal.ts";
import { measuredOnOf } from "./version_output.ts";

export interface VersionsRequest {
  models: readonly ModelName[];
  outputs: string;
  isJson: boolean;
}

/** A registry that is damaged gets its line and exit code 3; the other is shown all the same. */
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
  const shown = registries.filter(({ events }) => events.length > 0);
  if (shown.length === 0 && exitCode === EXIT.ok) {
    process.stderr.write(`No version is in ${outputs}. mnist promote makes one of a run; mnist runs lists those.\n`);
  }
  for (const { path, tail } of shown) {
    if (!tail || tail.isWhole) continue;
    printNote(`${path} ends in a part of a line, left by a crash; the next promote or rollback cuts it off.`);
  }
  const lines = isJson
    ? shown.flatMap((registry) => registry.events.map((event, i) => JSON.stringify(asJson(registry, event, i))))
    : shown.flatMap((registry, i) => [...(i > 0 ? [""] : []), ...versionTable(registry, stdout)]);
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  if (exitCode !== EXIT.ok) throw new AlreadyReportedError(exitCode);
}

function asJson(registry: Registry, event: VersionEvent, i: number): object {
  const isCurrent = i === registry.events.length - 1;
  return { model: registry.model, ...event, is_current: isCurrent, file_state: stateOf(registry, event) };
}

export function versionTable(registry: Registry, stream: TerminalStream): string[] {
  const { events, model } = registry;
  const last = events.length - 1;
  const column = (
    title: string,
    cell: (event: VersionEvent, i: number) => string,
    more: Partial<Column> = {},
  ): Column => ({
    title,
    cells: events.map((event, i) => printable(cell(event, i))),
    ...more,
  });
  const data = measuredOnCells(events.map(measuredOnOf));
  const states = events.map((event) => stateOf(registry, event));
  return columnTable(
    [
      column("model", () => model),
      column("version", ({ version }) => String(version), { isRight: true }),
      column("event", ({ kind, from }) => (kind === "rollback" ? `rollback from ${from ?? "?"}` : kind)),
      column("run", ({ run }) => run, { rank: 4 }),
      column("val", ({ metrics }) => percent(numberOf(metrics.val_accuracy)), { isRight: true, rank: 2 }),
      column("test", ({ metrics }) => percent(numberOf(metrics.test_accuracy)), { isRight: true }),
      column("data", (_, i) => data[i]),
      column("date", ({ date }) => date.replace("T", " ").slice(0, 16), { rank: 3 }),
      column("weights", ({ weights_sha256 }) => weights_sha256.slice(0, 8), { rank: 1 }),
      column("file", (_, i) => states[i], { style: (text, i) => (states[i] === "ok" ? text : stream.red(text)) }),
      column("", (_, i) => (i === last ? "current" : ""), { style: stream.green }),
      column("note", ({ note }) => note ?? "", { rank: 0 }),
    ],
    stream,
  );
}

function stateOf(registry: Registry, event: VersionEvent): "ok" | "missing" | "changed" {
  try {
    readVersion(registry, event);
    return "ok";
  } catch (error) {
    return (error as { details?: { code?: string } }).details?.code ? "missing" : "changed";
  }
}
