// What promote and rollback print.

import { describeMeasuredOn, isMnistTest, type MeasuredOn } from "../../models/index.ts";
import type { VersionChange } from "../../store/versions/promote.ts";
import { versionFile } from "../../store/versions/registry.ts";
import { type VersionRecord, writeVersionRecord } from "../../store/versions/version_record.ts";
import { formatPercent } from "../terminal/format.ts";
import { printNote } from "../terminal/notice.ts";
import { mnistLine, outputsWords } from "../terminal/shell_line.ts";
import { stdout } from "../terminal/terminal.ts";

/** Prints what was done: the registry's line, or in words; notes about the registry on stderr. */
export function showChange(change: VersionChange, outputs: string, isJson: boolean): void {
  const { model, record, wasRestored, wasCut } = change;
  if (wasRestored) noteRestored(record.version);
  if (wasCut) {
    printNote(`the registry of ${model} ended in a part of a line, left by a crash; it was cut off.`);
  }
  if (isJson) stdout.write(writeVersionRecord(record));
  else stdout.print(describeChange(change, outputs));
}

export function noteRestored(version: number): void {
  printNote(`the copy of version ${version} was not whole; it was restored.`);
}

function describeChange({ model, record, before, isNew }: VersionChange, outputs: string): string[] {
  const { version, run } = record;
  const was = before ? ` (version ${before.version}: ${accuracyOf(before)})` : "";
  const already = isNew ? "" : " already";
  const file = versionFile({ outputs, model }, version);
  const use = ["infer", "digit.png", "--model", model, "--version", "current", ...outputsWords("runs", outputs)];
  return [
    `${stdout.bold(`${model} version ${version} is current${already}`)}: run ${run}, test accuracy ${accuracyOf(record)}${was}`,
    `weights sha256 ${record.weightsSha256}`,
    file,
    stdout.dim(`Ask it: ${mnistLine(use)}`),
  ];
}

/** @example "99.42 %", "75.40 % of 1,000 synthetic digits" */
export function accuracyOf(record: VersionRecord): string {
  const accuracy = record.metrics.testAccuracy;
  if (accuracy === null) return "–";
  const on = measuredOnVersion(record);
  return `${formatPercent(accuracy)}${isMnistTest(on) ? "" : ` of ${describeMeasuredOn(on)}`}`;
}

export function measuredOnVersion({ metrics, lineage }: VersionRecord): MeasuredOn {
  return { dataset: lineage.dataset, images: metrics.testImages, trainedOn: lineage.trainedOn };
}
