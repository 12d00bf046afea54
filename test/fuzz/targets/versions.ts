// versions.jsonl: the registry that says which weights are current.
//
// Garbage: a version without a number, a run, a date or the digests of its weights and its file; a version promoted twice,
// or rolled back to and never promoted; a figure that is not finite or cannot be; a line of `mnist versions --json` that is another once it is escaped for a terminal;
// a line that is another after it was written and read again.

import { CheckpointError } from "../../../lib/base/errors.ts";
import { escapeControls } from "../../../lib/base/printable.ts";
import { type Registry, readRegistry, versionNumbers } from "../../../store/versions/registry.ts";
import { writeListedVersion } from "../../../store/versions/version_list.ts";
import { readVersionRecord, type VersionRecord, writeVersionRecord } from "../../../store/versions/version_record.ts";
import { fileWith, fuzzFolder } from "../in_folder.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<Registry> = {
  name: "versions",
  errors: [CheckpointError],
  mutate: (random) => {
    const lines = linesOf(random);
    if (random.oneIn(8)) lines.splice(random.below(lines.length + 1), random.below(2), random.pick(lines));
    const end = random.oneIn(6) ? "" : "\n";
    const text = utf8(lines.join(random.oneIn(40) ? "\r\n" : "\n") + end);
    return random.oneIn(12) ? mutateBytes(random, text) : text;
  },
  read: (input) => {
    fileWith("linear/versions.jsonl", input);
    return readRegistry(fuzzFolder(), "linear");
  },
  garbage: (registry) => {
    const { records, current } = registry;
    if (current !== (records.at(-1) ?? null)) return "a current version that is not the last";
    const numbers = versionNumbers(registry);
    if (new Set(numbers).size !== numbers.length) return "a version promoted twice";
    const promoted = new Set<number>();
    for (const record of records) {
      const fault = recordFault(record, promoted);
      if (fault !== null) return fault;
      promoted.add(record.version);
    }
    return null;
  },
  describe: ({ records, tail }) => `${records.length} lines, ${tail === null ? "whole" : "the last without its end"}`,
  leastRefusals: 12,
};

function linesOf(random: Random): string[] {
  const count = random.between(1, 4);
  let promoted = 0;
  return Array.from({ length: count }, () => {
    const isPromotion = promoted === 0 || random.oneIn(2);
    const version = isPromotion ? ++promoted : random.between(1, promoted);
    const line = versionLine(version, isPromotion);
    return random.oneIn(count + 1) ? JSON.stringify(line) : mutateJson(random, line);
  });
}

function versionLine(version: number, isPromotion: boolean): Record<string, unknown> {
  const sha256 = "0123456789abcdef".repeat(4);
  return {
    ...{ version, kind: isPromotion ? "promote" : "rollback", ...(isPromotion ? {} : { from: 1 }) },
    ...{ run: "20260102-030405", weights_sha256: sha256, file_sha256: sha256 },
    metrics: {
      val_accuracy: 0.93,
      test_accuracy: 0.92,
      test_loss: 0.27,
      test_images: 10000,
      epochs: 3,
      seconds: 7.5,
      threads: 1,
    },
    lineage: {
      ...{
        previous: version > 1 ? version - 1 : null,
        seed: 0,
        recipe_sha256: sha256,
        dataset: "mnist",
        trained_on: "MNIST",
      },
      ...{ dataset_sha256: sha256, simdgrad: "0.1.0" },
    },
    ...{ note: "the first that reads sevens", date: "2026-01-02T03:04:05.000Z" },
  };
}

function recordFault(record: VersionRecord, promoted: ReadonlySet<number>): string | null {
  const { version, kind, from, run, weightsSha256, fileSha256, metrics, lineage, note, date } = record;
  if (!Number.isSafeInteger(version) || version < 1) return "a version without a number";
  if (kind === "rollback" && !promoted.has(version)) {
    return "a rollback to what was never promoted";
  }
  if (typeof run !== "string" || run === "" || typeof date !== "string" || date === "")
    return "a line without run or date";
  if (![weightsSha256, fileSha256].every((digest) => /^[0-9a-f]{64}$/.test(digest)))
    return "a version without a digest";
  const numbers = [...Object.values(metrics), lineage.previous, lineage.seed, from].filter((value) => value !== null);
  if (!numbers.every((value) => Number.isFinite(value) && Number(value) >= 0)) return "a figure that cannot be";
  const isPart = (value: number | null): boolean => value === null || value <= 1;
  if (!isPart(metrics.testAccuracy) || !isPart(metrics.validationAccuracy)) return "an accuracy above 1";
  const texts = [
    lineage.recipeSha256,
    lineage.dataset,
    lineage.trainedOn,
    lineage.datasetSha256,
    lineage.simdgrad,
    note,
  ];
  if (!texts.every((text) => text === null || typeof text === "string")) return "a text that is none";
  const listed = writeListedVersion({ model: "linear", record, isCurrent: true, fileState: "whole" as never });
  if (JSON.stringify(JSON.parse(escapeControls(listed))) !== listed)
    return "a line of JSON that is another where it is printed";
  const again = writeVersionRecord(readVersionRecord(writeVersionRecord(record), promoted));
  return again === writeVersionRecord(record) ? null : "a line that is another once written and read again";
}
