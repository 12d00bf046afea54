// What brings numbers into another order or form: bound by memory.

import {
  type Augmentation,
  augmentImages,
  flatten,
  MNIST_MEAN,
  MNIST_STD,
  normalizeImages,
  tensor,
  transpose,
} from "../lib/index.ts";
import { augmented64 } from "./augmented64.ts";
import { type Benchmark, uniform } from "./benchmark.ts";
import { benchmarksOf, type Operation, sizeOf } from "./operation.ts";

const BATCH = 64;
const [PIXELS, CHANNELS] = [49, 128];
const [ROWS, COLUMNS] = [2048, 784];
const IMAGES = [1024, 28, 28];
/** What the recipes use; and all there is. */
const WARP: Augmentation = { rotate: 10, shift: 1.5, scale: 0.1, shear: 0.1 };
const ALL: Augmentation = { ...WARP, elastic: 1.5, thickness: 0.4 };
const AUGMENT_KEY = { seed: 0, epoch: 1, position: 0 };

const OPERATIONS: Operation[] = [
  {
    name: `flatten ${BATCH}×7×7×${CHANNELS}`,
    inputs: [[BATCH, 7, 7, CHANNELS]],
    run: flatten,
    work: { bytes: 8 * BATCH * PIXELS * CHANNELS },
    tolerance: 0,
    reference:
      ([x]) =>
      (at) => {
        const [pixel, rest] = [at % PIXELS, Math.floor(at / PIXELS)];
        return x[(Math.floor(rest / CHANNELS) * PIXELS + pixel) * CHANNELS + (rest % CHANNELS)];
      },
    backward: {
      work: { bytes: 8 * BATCH * PIXELS * CHANNELS },
      reference: (_, dy) => [
        (at) => {
          const [channel, rest] = [at % CHANNELS, Math.floor(at / CHANNELS)];
          return dy[(Math.floor(rest / PIXELS) * CHANNELS + channel) * PIXELS + (rest % PIXELS)];
        },
      ],
    },
  },
  {
    name: `transpose ${ROWS}×${COLUMNS}`,
    inputs: [[ROWS, COLUMNS]],
    run: (x) => transpose(x),
    work: { bytes: 8 * ROWS * COLUMNS },
    tolerance: 0,
    reference:
      ([x]) =>
      (at) =>
        x[(at % ROWS) * COLUMNS + Math.floor(at / ROWS)],
  },
  {
    name: `normalizeImages ${IMAGES.join("×")}`,
    inputs: [bytes],
    run: (x) => normalizeImages(x),
    work: { bytes: 5 * sizeOf(IMAGES) },
    reference:
      ([x]) =>
      (at) =>
        (x[at] / 255 - MNIST_MEAN) / MNIST_STD,
  },
  augmentation(`augmentImages ${IMAGES.join("×")}`, WARP),
  augmentation(`augmentImages ${IMAGES.join("×")}, elastic and thickness`, ALL),
];

function augmentation(name: string, most: Augmentation): Operation {
  const index = () =>
    tensor(
      Array.from({ length: IMAGES[0] }, (_, i) => i),
      [IMAGES[0]],
      "i32",
    );
  return {
    name,
    inputs: [bytes, index],
    run: (x, rows) => augmentImages(x, rows, most, AUGMENT_KEY),
    work: { bytes: 5 * sizeOf(IMAGES) },
    // The coordinates are of f32, and neighbouring pixels of noise may lie 255 apart.
    tolerance: 1e-4,
    reference: ([x]) => augmented64(x, IMAGES, most),
  };
}

function bytes() {
  return tensor(
    uniform(sizeOf(IMAGES), 1).map((value) => Math.floor(128 * (value + 1))),
    IMAGES,
    "u8",
  );
}

export const benchmarks: Benchmark[] = OPERATIONS.flatMap(benchmarksOf);
