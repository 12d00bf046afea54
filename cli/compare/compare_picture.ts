// The picture of `mnist compare --out`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeFileAtomic } from "../../data/index.ts";
import { comparisonSvg } from "../../lib/plot/index.ts";
import { formatCount, printable } from "../terminal/format.ts";
import { describeSystemError } from "../terminal/report_error.ts";
import type { About, Contestant } from "./compare_output.ts";
import { BATCH } from "./measure_model.ts";

/** @throws the folder cannot be made or written */
export function writePicture(folder: string, contestants: readonly Contestant[], about: About): void {
  const svg = drawComparison(contestants, about);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`${describeSystemError(`cannot write to ${folder}`, error)}.`);
  }
  const path = join(folder, "comparison.svg");
  writeFileAtomic(path, new TextEncoder().encode(svg));
  process.stderr.write(`The picture: ${printable(path)}\n`);
}

export function drawComparison(contestants: readonly Contestant[], { dataset, images }: About): string {
  return comparisonSvg({
    title: "Linear model and CNN",
    subtitle: `${formatCount(images)} test images (${dataset}); reading on one thread, training as recorded`,
    measures: [
      { key: "error", label: "Error rate", unit: "%", better: "lower" },
      { key: "parameters", label: "Parameters", better: "lower" },
      { key: "file", label: "File", unit: "B", better: "lower" },
      { key: "median", label: "One image, median", unit: "s", better: "lower" },
      { key: "throughput", label: `${BATCH} at a time`, unit: "images/s", better: "higher" },
      { key: "training", label: "Training, as recorded", unit: "s", better: "lower" },
    ],
    entries: contestants.map(
      ({ model, accuracy, parameters, fileBytes, medianMs, imagesPerSecond, trainingSeconds }) => ({
        name: model.version === null ? model.name : `${model.name} v${model.version}`,
        values: {
          error: 100 * (1 - accuracy),
          parameters,
          file: fileBytes,
          median: medianMs / 1000,
          throughput: imagesPerSecond,
          training: trainingSeconds,
        },
      }),
    ),
  });
}
