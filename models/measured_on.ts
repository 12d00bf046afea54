// On which pictures an accuracy was measured, without which it says little.

import { formatCount } from "../lib/base/format_count.ts";
import { printableName } from "../lib/base/printable.ts";

export interface MeasuredOn {
  /** "mnist", "synthetic"; null where it was not recorded. */
  dataset: string | null;
  /** How many test pictures; null where it was not recorded, in older files: all of them. */
  images: number | null;
}

const MNIST_TEST_IMAGES = 10_000;

/** What a checkpoint's metadata say. */
export function measuredOn({ dataset, test_images: images }: Readonly<Record<string, string>>): MeasuredOn {
  const count = Number(images);
  return { dataset: dataset ?? null, images: Number.isSafeInteger(count) && count > 0 ? count : null };
}

/** Whether it was on the 10,000 images that everybody measures on. What says nothing else is taken to be. */
export function isMnistTest({ dataset, images }: MeasuredOn): boolean {
  return (dataset ?? "mnist") === "mnist" && (images ?? MNIST_TEST_IMAGES) === MNIST_TEST_IMAGES;
}

/** @example "MNIST's test images", "1,000 of MNIST's test images", "1,000 synthetic digits" */
export function describeMeasuredOn(on: MeasuredOn): string {
  const { dataset, images } = on;
  const count = images === null ? "" : formatCount(images);
  if (dataset === null) return `${count || "its"} test images`;
  if (isMnistTest(on)) return "MNIST's test images";
  return dataset === "mnist" ? `${count} of MNIST's test images` : `${count} ${printableName(dataset)} digits`.trim();
}
