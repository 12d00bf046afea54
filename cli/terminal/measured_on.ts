// On which images an accuracy was measured, as a cell of a table.

import { isMnistTest, type MeasuredOn } from "../../models/index.ts";
import { formatCount, printable } from "./format.ts";

/** @example "MNIST", "MNIST, 1,000", "synthetic, 1,000", and of what was trained on a part "MNIST's first 10,000" */
export function shortMeasuredOn(on: MeasuredOn): string {
  const { dataset, images, trainedOn } = on;
  if (dataset === null) return images === null ? "–" : formatCount(images);
  const name = trainedOn ? printable(trainedOn) : dataset === "mnist" ? "MNIST" : printable(dataset);
  return isMnistTest(on) || images === null ? name : `${name}, ${formatCount(images)}`;
}

/** Cells for a column that says it, which are empty where all are about all of MNIST, so that it is left out. */
export function measuredOnCells(all: readonly MeasuredOn[]): string[] {
  const isUsual = all.every((on) => isMnistTest(on) && !on.trainedOn);
  return all.map((on) => (isUsual ? "" : shortMeasuredOn(on)));
}
