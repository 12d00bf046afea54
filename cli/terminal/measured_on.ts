// On which images an accuracy was measured, as a cell of a table.

import { isMnistTest, isTrainedOnPart, type MeasuredOn } from "../../models/index.ts";
import { formatCount } from "./format.ts";

/** @example "MNIST", "MNIST, 1,000", "synthetic, 1,000", and of what was trained on a part "MNIST's first 10,000" */
export function shortMeasuredOn(on: MeasuredOn): string {
  const { dataset, images, trainedOn = null } = on;
  if (dataset === null) return images === null ? "–" : formatCount(images);
  const part = isTrainedOnPart({ dataset, trainedOn }) ? trainedOn : null;
  const name = part ?? (dataset === "mnist" ? "MNIST" : dataset);
  return isMnistTest(on) || images === null ? name : `${name}, ${formatCount(images)}`;
}

/** Cells for a column that says it, which are empty where all are about all of MNIST, so that it is left out. */
export function measuredOnCells(all: readonly MeasuredOn[]): string[] {
  const isUsual = all.every((on) => isMnistTest(on) && !isTrainedOnPart({ trainedOn: null, ...on }));
  return all.map((on) => (isUsual ? "" : shortMeasuredOn(on)));
}
