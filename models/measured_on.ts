// On which images an accuracy was measured, without which it says little.

import { checkFields, number, orNull, string } from "../lib/base/check.ts";
import { formatCount } from "../lib/base/format_count.ts";
import { printableName } from "../lib/base/printable.ts";

export interface MeasuredOn {
  /** "mnist", "synthetic", another data set's name; null where it was not recorded. */
  dataset: string | null;
  /** How many test images; null where it was not recorded, in older files: all of them. */
  images: number | null;
  /** What was trained on, as in `TrainedOn`: "MNIST", "MNIST's first 10,000". */
  trainedOn?: string | null;
}

const MNIST_TEST_IMAGES = 10_000;

/** Whether it was on the 10,000 images that everybody measures on. What says nothing else is taken to be. */
export function isMnistTest(on: MeasuredOn): boolean {
  check(on);
  const { dataset, images } = on;
  return (dataset ?? "mnist") === "mnist" && (images ?? MNIST_TEST_IMAGES) === MNIST_TEST_IMAGES;
}

/** @example "MNIST's test images", "1,000 of MNIST's test images", "1,000 synthetic digits", "10,000 Fashion-MNIST images" */
export function describeMeasuredOn(on: MeasuredOn): string {
  check(on);
  const { dataset, images } = on;
  const count = images === null ? "" : formatCount(images);
  if (dataset === null) return `${count || "its"} test images`;
  if (isMnistTest(on)) return "MNIST's test images";
  if (dataset === "mnist") return `${count} of MNIST's test images`;
  return `${count} ${printableName(dataset)} ${dataset === "synthetic" ? "digits" : "images"}`.trim();
}

function check(on: MeasuredOn): void {
  checkFields("measuredOn", "on", on, { dataset: orNull(string), images: orNull(number) });
}
