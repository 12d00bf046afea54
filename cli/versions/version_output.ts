// What promote and rollback print.

import { numberOf } from "../files/fields.ts";
import { type VersionEvent, versionFile } from "../registry/registry.ts";
import { formatPercent, printable } from "../terminal/format.ts";
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
    stdout.dim(`Ask it: mnist infer digit.png --model ${model} --version current${elsewhere}`),
  ].join("\n");
}

export function accuracyOf({ metrics }: VersionEvent): string {
  const accuracy = numberOf(metrics.test_accuracy);
  return accuracy === null ? "–" : formatPercent(accuracy);
}
