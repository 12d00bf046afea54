// The picture of `mnist compare --out`.

import { join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { makeFolder } from "../../lib/base/make_folder.node.ts";
import { describeSystemError } from "../../lib/base/system_error.ts";
import { comparisonSvg } from "../../lib/plot/index.ts";
import { type Comparison, type Contestant, networkOf, SPEED_BATCH } from "../../models/index.ts";
import { fileInPath } from "../../store/files/file_in_path.ts";
import { formatCount, formatDuration } from "../terminal/format.ts";
import { stderr } from "../terminal/terminal.ts";
import { describeThreads } from "./compare_output.ts";
import { kibibytes, milliseconds, throughput } from "./quantities.ts";

/**
 * Better known before measuring than after it.
 *
 * @throws the folder for the picture is a file, or below one
 */
export function checkPictureFolder(folder: string): void {
  const file = fileInPath(folder);
  if (file === null) return;
  const what = file === folder ? "it" : file;
  throw new Error(`cannot write to ${folder}: ${what} is a file, not a folder. Name another with --out.`);
}

/** @throws the folder cannot be made or written */
export function writePicture(folder: string, comparison: Comparison): void {
  const svg = drawComparison(comparison);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Error(`${describeSystemError(`cannot write to ${folder}`, error)}.`);
  }
  const path = join(folder, "comparison.svg");
  writeFileAtomic(path, new TextEncoder().encode(svg), { followLinks: false });
  stderr.print(`The picture: ${path}`);
}

export function drawComparison({ contestants, dataset, images, threads }: Comparison): string {
  const recorded = contestants.map(({ model, training }) => `${model} ${training?.threads ?? "–"}`);
  return comparisonSvg({
    title: titleOf(contestants),
    subtitle: `${formatCount(images)} test images (${dataset}), read on ${describeThreads(threads)}; training as recorded, threads: ${recorded.join(", ")}`,
    measures: [
      { key: "error", label: "Error rate", unit: "%", better: "lower" },
      { key: "parameters", label: "Parameters", better: "lower" },
      { key: "file", label: "File", unit: kibibytes(0).unit, better: "lower" },
      { key: "median", label: "One image, median", unit: milliseconds(0).unit, better: "lower" },
      { key: "throughput", label: `${SPEED_BATCH} at a time`, unit: throughput(0).unit, better: "higher" },
      { key: "training", label: "Training, as recorded", format: formatDuration, better: "lower" },
    ],
    entries: contestants.map(
      ({ model, version, evaluation, parameters, fileBytes, medianMs, imagesPerSecond, training }) => ({
        name: version === null ? model : `${model} v${version}`,
        values: {
          error: 100 * (1 - evaluation.accuracy),
          parameters,
          file: kibibytes(fileBytes).value,
          median: milliseconds(medianMs).value,
          throughput: throughput(imagesPerSecond).value,
          training: training?.seconds,
        },
      }),
    ),
  });
}

/** @example "Linear model and CNN" */
function titleOf(contestants: readonly Contestant[]): string {
  const names = contestants.map(({ model }) => networkOf(model).label.replace(/^the /, ""));
  const title = [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
  return title[0].toUpperCase() + title.slice(1);
}
