// VersionRecord: one line of a network's versions.jsonl, a promotion or a rollback.

import {
  amountOf,
  countOf,
  type Fields,
  fieldsOf,
  parseFields,
  partOf,
  textOf,
  timeOf,
} from "../../lib/base/fields.ts";
import { printable } from "../../lib/base/printable.ts";
import { DataError } from "../../lib/index.ts";
import { readTrainedOn } from "../../models/index.ts";

export interface VersionRecord {
  /** From 1; the number that is current from this line on. */
  version: number;
  kind: "promote" | "rollback";
  /** Of a rollback: the version that was current until then. */
  from: number | null;
  /** The run's id. */
  run: string;
  weightsSha256: string;
  /** Of the whole file versions/N.safetensors. */
  fileSha256: string;
  metrics: {
    validationAccuracy: number | null;
    testAccuracy: number | null;
    testLoss: number | null;
    /** On how many images; older lines lack it. */
    testImages: number | null;
    epochs: number | null;
    seconds: number | null;
    /** With how many it trained for `seconds`; older lines lack it. */
    threads: number | null;
  };
  lineage: {
    /** The version that was current when this one was promoted; null for the first. */
    previous: number | null;
    seed: number | null;
    recipeSha256: string | null;
    dataset: string | null;
    /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000". */
    trainedOn: string | null;
    datasetSha256: string | null;
    simdgrad: string | null;
  };
  note: string | null;
  /** As ISO 8601. */
  date: string;
}

/** The line, without its end. */
export function writeVersionRecord(record: VersionRecord): string {
  return JSON.stringify(versionFields(record));
}

/** What the line holds, by its names. */
export function versionFields(record: VersionRecord): Fields {
  const { metrics, lineage } = record;
  return {
    version: record.version,
    kind: record.kind,
    from: record.from ?? undefined,
    run: record.run,
    weights_sha256: record.weightsSha256,
    file_sha256: record.fileSha256,
    metrics: {
      val_accuracy: metrics.validationAccuracy,
      test_accuracy: metrics.testAccuracy,
      test_loss: metrics.testLoss,
      test_images: metrics.testImages,
      epochs: metrics.epochs,
      seconds: metrics.seconds,
      threads: metrics.threads,
    },
    lineage: {
      previous: lineage.previous,
      seed: lineage.seed,
      recipe_sha256: lineage.recipeSha256,
      dataset: lineage.dataset,
      trained_on: lineage.trainedOn,
      dataset_sha256: lineage.datasetSha256,
      simdgrad: lineage.simdgrad,
    },
    note: record.note ?? undefined,
    date: record.date,
  };
}

const DIGEST = /^[0-9a-f]{64}$/;
/** More than anybody promotes: `promote` counts on from the highest there is. */
export const MAX_VERSION = 1e9;

/**
 * Whatever decides which version is current, or which file it is, must be right; other figures that are not what they should be
 * are null.
 *
 * @param promoted the versions that the lines before it promote
 * @throws {DataError} what is wrong with the line, to stand behind "line 3 "
 */
export function readVersionRecord(line: string, promoted: ReadonlySet<number>): VersionRecord {
  const fields = parseFields(line);
  const refuse = (what: string): never => {
    throw new DataError(`readVersionRecord: the line ${what}.`, { what });
  };
  if (!fields) return refuse("is not JSON");
  const version = versionOf(fields.version);
  if (version === null) return refuse("has no version number");
  const { kind } = fields;
  if (kind !== "promote" && kind !== "rollback") {
    return refuse(`is of a kind this version of simdgrad does not know: ${printable(kind)}`);
  }
  const [run, date] = [textOf(fields.run), timeOf(fields.date)];
  if (run === null || date === null) return refuse("lacks its run or its date");
  const [weightsSha256, fileSha256] = [textOf(fields.weights_sha256) ?? "", textOf(fields.file_sha256) ?? ""];
  if (!DIGEST.test(weightsSha256) || !DIGEST.test(fileSha256)) return refuse("lacks a SHA-256");
  const isKnown = promoted.has(version);
  if (kind === "promote" && isKnown) return refuse(`promotes version ${version} a second time`);
  if (kind === "rollback" && !isKnown)
    return refuse(`goes back to version ${version}, which no line before it promotes`);
  const [metrics, lineage] = [fieldsOf(fields.metrics), fieldsOf(fields.lineage)];
  const previous = versionOf(lineage.previous);
  if (lineage.previous !== null && previous === null) return refuse("does not say which version came before");
  return {
    ...{ version, kind, from: versionOf(fields.from), run, weightsSha256, fileSha256 },
    metrics: {
      validationAccuracy: partOf(metrics.val_accuracy),
      testAccuracy: partOf(metrics.test_accuracy),
      testLoss: amountOf(metrics.test_loss),
      testImages: countOf(metrics.test_images, 1),
      epochs: countOf(metrics.epochs),
      seconds: amountOf(metrics.seconds),
      threads: countOf(metrics.threads, 1),
    },
    lineage: {
      previous,
      seed: countOf(lineage.seed),
      recipeSha256: textOf(lineage.recipe_sha256),
      dataset: textOf(lineage.dataset),
      trainedOn: readTrainedOn(textOf(lineage.dataset), textOf(lineage.trained_on)),
      datasetSha256: textOf(lineage.dataset_sha256),
      simdgrad: textOf(lineage.simdgrad),
    },
    ...{ note: textOf(fields.note), date },
  };
}

function versionOf(value: unknown): number | null {
  const version = countOf(value, 1);
  return version !== null && version <= MAX_VERSION ? version : null;
}
