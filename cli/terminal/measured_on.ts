// On which images an accuracy was measured, as a cell of a table.

import { isMnistTest, type MeasuredOn } from "../../models/index.ts";
import { formatCount, printable } from "./format.ts";

/** @example "MNIST", "MNIST, 1,000", "synthetic, 1,000" */
export function shortMeasuredOn(on: MeasuredOn): string {
  const { dataset, images } = on;
  if (dataset === null) return images === null ? "–" : formatCount(images);
  const name = dataset === "mnist" ? "MNIST" : printable(dataset);
  return isMnistTest(on) || images === null ? name : `${name}, ${formatCount(images)}`;
}

/** Cells for a column that says it, which are empty where all are on MNIST's test images, so that it is left out. */
export function measuredOnCells(all: readonly MeasuredOn[]): string[] {
  return all.map((on) => (all.every(isMnistTest) ? "" : shortMeasuredOn(on)));
}
