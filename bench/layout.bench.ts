// What brings numbers into another order or form: bound by memory.

import { flatten, MNIST_MEAN, MNIST_STD, normalizeImages, tensor, transpose } from "../lib/index.ts";
import { type Benchmark, uniform } from "./benchmark.ts";
import { benchmarksOf, type Operation, sizeOf } from "./operation.ts";

const BATCH = 64;
const [PIXELS, CHANNELS] = [49, 128];
const [ROWS, COLUMNS] = [2048, 784];
const IMAGES = [1024, 28, 28];

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
    inputs: [
      () =>
        tensor(
          uniform(sizeOf(IMAGES), 1).map((value) => Math.floor(128 * (value + 1))),
          IMAGES,
          "u8",
        ),
    ],
    run: (x) => normalizeImages(x),
    work: { bytes: 5 * sizeOf(IMAGES) },
    reference:
      ([x]) =>
      (at) =>
        (x[at] / 255 - MNIST_MEAN) / MNIST_STD,
  },
];

export const benchmarks: Benchmark[] = OPERATIONS.flatMap(benchmarksOf);
