// MNIST's test digits as other writers, pens and cameras would give them.

import type { DigitSet } from "../data/index.ts";
import { Dataset, type Distortion, evaluate, type Module, rand, tensor } from "../lib/index.ts";

const BATCH = 256;
/** A quarter of full scale, the most by which noise changes a pixel. */
const NOISE = 64;

export interface Corruption {
  name: string;
  /** One set of pictures each; the accuracy is the mean over them. */
  distortions: readonly Distortion[];
  isNoisy?: boolean;
}

const EIGHT = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y])).filter(([x, y]) => x || y);
const moved = (pixels: number): Distortion[] => EIGHT.map(([x, y]) => ({ shiftX: x * pixels, shiftY: y * pixels }));
const both = (make: (sign: number) => Distortion): Distortion[] => [make(-1), make(1)];
const sized = (scale: number): Distortion[] => [{ scaleX: scale, scaleY: scale }];

export const CORRUPTIONS: readonly Corruption[] = [
  { name: "as they are", distortions: [{}] },
  { name: "moved by 2 pixels", distortions: moved(2) },
  { name: "moved by 4 pixels", distortions: moved(4) },
  { name: "0.75 times as large", distortions: sized(0.75) },
  { name: "1.2 times as large", distortions: sized(1.2) },
  { name: "turned by 15°", distortions: both((sign) => ({ rotate: 15 * sign })) },
  { name: "turned by 30°", distortions: both((sign) => ({ rotate: 30 * sign })) },
  { name: "slanted by 0.3", distortions: both((sign) => ({ shear: 0.3 * sign })) },
  { name: "thin strokes", distortions: [{ thickness: -0.6 }] },
  { name: "thick strokes", distortions: [{ thickness: 0.8 }] },
  { name: "noise of a quarter", distortions: [{}], isNoisy: true },
];

/** Accuracy on each of them, the pictures as they are first, and the mean over the others. */
export function robustnessOf(model: Module, test: Dataset, noisy: Dataset): { accuracies: number[]; mean: number } {
  const accuracies = CORRUPTIONS.map(({ distortions, isNoisy }) =>
    meanOf(
      distortions.map((distort) => evaluate(model, isNoisy ? noisy : test, { batchSize: BATCH, distort }).accuracy),
    ),
  );
  return { accuracies, mean: meanOf(accuracies.slice(1)) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function withNoise({ name, images, labels, classes, normalization }: DigitSet): DigitSet {
  const noise = rand(images.shape, { seed: 1, low: -NOISE, high: NOISE });
  const { data } = noise;
  const pixels = Uint8ClampedArray.from(images.data, (value, i) => value + data[i]);
  noise.dispose();
  return new Dataset({
    name: `${name}, noisy`,
    images: tensor(new Uint8Array(pixels), images.shape, "u8"),
    ...{ labels, classes, normalization: normalization ?? undefined },
  });
}
