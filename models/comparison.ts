// Comparison: networks side by side on the same images.

import { check, checkFields, list, object, orNull, required } from "../lib/base/check.ts";
import type { Evaluation } from "../lib/train/evaluate.ts";
import { checkConfusion } from "../lib/train/metrics.ts";
import type { Disagreement } from "./disagreement.ts";
import { json } from "./json_rule.ts";
import { SPEED_BATCH, type Speed } from "./measure_speed.ts";
import type { ModelName } from "./table.ts";

/** One of the networks. */
export interface Contestant extends Speed {
  model: ModelName;
  /** The file of its weights. */
  checkpoint: string;
  /** Which of the network's versions they are; null: none. */
  version: number | null;
  parameters: number;
  fileBytes: number;
  /** What its run recorded; null where nobody wrote it down. */
  training: { seconds: number; threads: number | null } | null;
  evaluation: Pick<Evaluation, "accuracy" | "confusion">;
}

export interface Comparison {
  dataset: string;
  datasetSha256: string;
  images: number;
  kernels: string;
  threads: number;
  contestants: readonly Contestant[];
  disagreement: Disagreement;
}

/** How many images a network misread. */
export function errorsOf(evaluation: Pick<Evaluation, "confusion">): number {
  check("errorsOf", "evaluation", evaluation, object);
  checkConfusion("errorsOf", evaluation.confusion);
  return evaluation.confusion.reduce((sum, row, actual) => sum + row.reduce((all, n, read) => all + (read === actual ? 0 : n), 0), 0); // biome-ignore format: one line
}

/** @returns one line of JSON, without its end; what is said of each network stands behind its name: `only_linear`, `cnn_errors` */
export function writeComparison(comparison: Comparison): string {
  checkComparison(comparison);
  const { contestants, disagreement } = comparison;
  const { allRight, onlyRight, allWrong, images, perDigit } = disagreement;
  const all = contestants.length === 2 ? "both" : "all";
  const each = <T>(values: readonly T[], key: (name: string) => string): Record<string, T> =>
    Object.fromEntries(contestants.map(({ model }, i) => [key(model), values[i]]));
  return JSON.stringify({
    dataset: comparison.dataset,
    dataset_sha256: comparison.datasetSha256,
    images: comparison.images,
    kernels: comparison.kernels,
    threads: comparison.threads,
    models: contestants.map(({ evaluation, training, ...figures }) => ({
      model: figures.model,
      checkpoint: figures.checkpoint,
      version: figures.version,
      accuracy: evaluation.accuracy,
      error_rate: 1 - evaluation.accuracy,
      errors: errorsOf(evaluation),
      parameters: figures.parameters,
      file_bytes: figures.fileBytes,
      latency_ms: { median: figures.medianMs, p99: figures.p99Ms },
      images_per_second: figures.imagesPerSecond,
      batch_size: SPEED_BATCH,
      training_seconds: training?.seconds ?? null,
      training_threads: training?.threads ?? null,
    })),
    disagreement: {
      [`${all}_right`]: allRight,
      ...each(onlyRight, (name) => `only_${name}`),
      [`${all}_wrong`]: allWrong,
      per_digit: perDigit.map(({ digit, images: count, errors, differ }) => ({
        ...{ digit, images: count },
        ...each(errors, (name) => `${name}_errors`),
        differ,
      })),
      images: images.map(({ index, label, read }) => ({ index, label, ...each(read, (name) => name) })),
    },
  });
}

function checkComparison(comparison: Comparison): void {
  const owner = "writeComparison";
  check(owner, "comparison", comparison, json);
  checkFields(owner, "comparison", comparison, { contestants: required(list), disagreement: required(object) });
  const { contestants, disagreement } = comparison;
  for (const [i, contestant] of contestants.entries()) {
    checkFields(owner, `contestants[${i}]`, contestant, { evaluation: required(object), training: orNull(object) });
  }
  const lists = { onlyRight: required(list), images: required(list), perDigit: required(list) };
  checkFields(owner, "disagreement", disagreement, lists);
  for (const digit of disagreement.perDigit) {
    checkFields(owner, "disagreement.perDigit[]", digit, { errors: required(list) });
  }
  for (const image of disagreement.images) {
    checkFields(owner, "disagreement.images[]", image, { read: required(list) });
  }
}
