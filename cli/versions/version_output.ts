// What promote and rollback print.

import { describeMeasuredOn, isMnistTest, type MeasuredOn } from "../../models/index.ts";
import { fieldsOf, numberOf, textOf } from "../files/fields.ts";
import { type VersionEvent, versionFile } from "../registry/registry.ts";
import { formatPercent, printable } from "../terminal/format.ts";
import { programName } from "../terminal/program_name.ts";
import { shellWord } from "../terminal/shell_word.ts";
import { stdout } from "../terminal/terminal.ts";

/** @param before the version that was current until now */
export function describeChange(
  model: string,
  event: VersionEvent,
  before: VersionEvent | null,
  isNew: boolean,
  outputs: string,
): string {
  const { version, run } = event;
  const was = before ? ` (version ${before.version}: ${accuracyOf(before)})` : "";
  const already = isNew ? "" : " already";
  const file = versionFile({ outputs, model }, version);
  const elsewhere = outputs === "outputs" ? "" : ` --runs ${shellWord(printable(outputs))}`;
  return [
    `${stdout.bold(`${model} version ${version} is current${already}`)}: run ${printable(run)}, test accuracy ${accuracyOf(event)}${was}`,
    `weights sha256 ${event.weights_sha256}`,
    printable(file),
    stdout.dim(`Ask it: ${programName()} infer digit.png --model ${model} --version current${elsewhere}`),
  ].join("\n");
}

/** @example "99.42 %", "75.40 % of 1,000 synthetic digits" */
export function accuracyOf(event: VersionEvent): string {
  const accuracy = numberOf(event.metrics.test_accuracy);
  if (accuracy === null) return "–";
  const on = measuredOnOf(event);
  return `${formatPercent(accuracy)}${isMnistTest(on) ? "" : ` of ${describeMeasuredOn(on)}`}`;
}

export function measuredOnOf({ metrics, lineage }: VersionEvent): MeasuredOn {
  return { dataset: textOf(fieldsOf(lineage).dataset), images: numberOf(metrics.test_images) };
}
