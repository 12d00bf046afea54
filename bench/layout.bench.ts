// What brings numbers into another order or form: bound by memory.

import { MNIST_NORMALIZATION } from "../data/index.ts";
import { type Augmentation, augmentImages, flatten, gather, normalizeImages, tensor, transpose } from "../lib/index.ts";
import { sizeOf } from "../lib/selftest/array64.ts";
import { augmentation64, images64 } from "../lib/selftest/images64.ts";
import { flatten64, gather64, gatherGradient64, transpose64 } from "../lib/selftest/ops64.ts";
import { type Benchmark, uniform } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const BATCH = 64;
const [PIXELS, CHANNELS] = [49, 128];
const [ROWS, COLUMNS] = [2048, 784];
const IMAGES = [1024, 28, 28];
/** Every other image twice, in another order. */
const TAKEN = Array.from({ length: IMAGES[0] }, (_, i) => (14 * i) % IMAGES[0]);
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
    reference: flatten64,
    backward: {
      work: { bytes: 8 * BATCH * PIXELS * CHANNELS },
      // Of channels first, back to pixels first.
      reference: ([{ shape }], { data }) => [
        { shape, at: transpose64([0, 2, 1])({ shape: [BATCH, CHANNELS, PIXELS], data }).at },
      ],
    },
  },
  {
    name: `transpose ${ROWS}×${COLUMNS}`,
    inputs: [[ROWS, COLUMNS]],
    run: (x) => transpose(x),
    work: { bytes: 8 * ROWS * COLUMNS },
    tolerance: 0,
    reference: transpose64(),
  },
  {
    name: `normalizeImages ${IMAGES.join("×")}`,
    inputs: [bytes],
    run: (x) => normalizeImages(x, MNIST_NORMALIZATION),
    work: { bytes: 5 * sizeOf(IMAGES) },
    reference: (x) => images64(MNIST_NORMALIZATION)(x),
  },
  {
    name: `normalizeImages ${IMAGES.join("×")}, f32`,
    inputs: [IMAGES],
    run: (x) => normalizeImages(x, MNIST_NORMALIZATION),
    work: { bytes: 8 * sizeOf(IMAGES) },
    reference: (x) => images64({ ...MNIST_NORMALIZATION, most: 1 })(x),
  },
  {
    name: `gather ${IMAGES.join("×")}`,
    inputs: [IMAGES, () => tensor(TAKEN, [TAKEN.length], "i32")],
    run: gather,
    work: { bytes: 8 * sizeOf(IMAGES) },
    tolerance: 0,
    reference: gather64(TAKEN),
    backward: {
      work: { bytes: 8 * sizeOf(IMAGES) },
      tolerance: 1e-6,
      reference: ([x], dy) => [gatherGradient64(TAKEN)(x, dy), null],
    },
  },
  {
    name: `gather ${IMAGES.join("×")}, u8`,
    inputs: [bytes, () => tensor(TAKEN, [TAKEN.length], "i32")],
    run: gather,
    work: { bytes: 2 * sizeOf(IMAGES) },
    tolerance: 0,
    reference: gather64(TAKEN),
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
  const warp = augmentation64(most, AUGMENT_KEY, [IMAGES[1], IMAGES[2]]);
  return {
    name,
    inputs: [bytes, index],
    run: (x, rows) => augmentImages(x, rows, most, AUGMENT_KEY, MNIST_NORMALIZATION),
    work: { bytes: 5 * sizeOf(IMAGES) },
    // The coordinates are of f32, and neighbouring pixels of noise may lie 255 apart.
    tolerance: 1e-4,
    reference: (x, { data }) => images64(MNIST_NORMALIZATION, warp)(x, data),
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
