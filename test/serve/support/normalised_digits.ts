// Digits as the networks read them, and what the library makes of them.

import { readFileSync } from "node:fs";
import { decodePng } from "../../../data/index.node.ts";
import { MNIST_NORMALIZATION, preprocessDigit } from "../../../data/index.ts";
import { noGrad, normalizeImages, type Sequential, scope, softmax, tensor } from "../../../lib/index.ts";

const PIXELS = 784;

/** @returns [n, 28, 28], of docs/digits/ */
export function normalisedDigits(digits: readonly number[]): Float32Array {
  const bytes = new Uint8Array(digits.length * PIXELS);
  for (const [i, digit] of digits.entries()) {
    const { pixels } = preprocessDigit(decodePng(readFileSync(`docs/digits/${digit}.png`), `${digit}.png`));
    bytes.set(pixels, i * PIXELS);
  }
  return scope(() => {
    const images = tensor(bytes, [digits.length, 28, 28], "u8");
    return Float32Array.from(normalizeImages(images, MNIST_NORMALIZATION).values);
  });
}

/** By the library, all images in one batch. */
export function forward(
  network: Sequential,
  images: Float32Array,
): { logits: Float32Array; probabilities: Float32Array } {
  return scope(() =>
    noGrad(() => {
      const logits = network.eval().forward(tensor(images, [images.length / PIXELS, 28, 28, 1])) as ReturnType<
        typeof tensor
      >;
      return {
        logits: Float32Array.from(logits.values as Float32Array),
        probabilities: Float32Array.from(softmax(logits as never, -1).values as Float32Array),
      };
    }),
  );
}

/** The bits, so that −0 and NaN are told apart too. */
export function bits(values: Float32Array): number[] {
  return [...new Uint32Array(values.slice().buffer)];
}
