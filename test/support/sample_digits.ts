// The first of MNIST's test digits, from the sample in the repository.

import { readFileSync } from "node:fs";
import { type DigitSet, MNIST_FILES, readMnist } from "../../data/index.ts";

const bytes = ({ name }: { name: string }): Uint8Array => readFileSync(`data/mnist-sample/${name}.gz`);
const { images, labels } = MNIST_FILES.test;
/** All 10,000. */
export const sampleTest: DigitSet = await readMnist({ images: bytes(images), labels: bytes(labels) });

/** @returns 28 × 28 bytes each, 0 for paper and 255 for ink */
export function sampleDigits(count: number): { pixels: Uint8Array; label: number }[] {
  const size = sampleTest.images.size / sampleTest.size;
  return Array.from({ length: count }, (_, i) => ({
    pixels: sampleTest.images.values.slice(i * size, (i + 1) * size),
    label: sampleTest.labels.values[i],
  }));
}
