// What brings numbers into another order or form: bound by memory.

import {
  type Augmentation,
  augmentImages,
  flatten,
  MNIST_MEAN,
  MNIST_STD,
  normalizeImages,
  rand,
  STREAMS,
  tensor,
  transpose,
} from "../lib/index.ts";
import { type Benchmark, uniform } from "./benchmark.ts";
import { benchmarksOf, type Operation, sizeOf } from "./operation.ts";

const BATCH = 64;
const [PIXELS, CHANNELS] = [49, 128];
const [ROWS, COLUMNS] = [2048, 784];
const IMAGES = [1024, 28, 28];
/** What the recipes use, but for what the reference does not compute. */
const AUGMENTATION: Augmentation = { rotate: 10, shift: 2 };
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
  {
    name: `augmentImages ${IMAGES.join("×")}`,
    inputs: [
      bytes,
      () =>
        tensor(
          Array.from({ length: IMAGES[0] }, (_, i) => i),
          [IMAGES[0]],
          "i32",
        ),
    ],
    run: (x, index) => augmentImages(x, index, AUGMENTATION, AUGMENT_KEY),
    work: { bytes: 5 * sizeOf(IMAGES) },
    // The coordinates are of f32, and neighbouring pixels of noise may lie 255 apart.
    tolerance: 1e-4,
    reference: ([x]) => augmented64(x),
  },
];

function bytes() {
  return tensor(
    uniform(sizeOf(IMAGES), 1).map((value) => Math.floor(128 * (value + 1))),
    IMAGES,
    "u8",
  );
}

/** Turned about the centre and moved, by the numbers that the library draws. */
function augmented64(x: ArrayLike<number>): (at: number) => number {
  const [, h, w] = IMAGES;
  const { rotate = 0, shift = 0 } = AUGMENTATION;
  const draws = rand([IMAGES[0], 16], { seed: 0, stream: STREAMS.augment, step: 2, low: -1 }).data.slice();
  return (at) => {
    const [row, i, j] = [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
    const pixel = (r: number, c: number): number => (r >= 0 && r < h && c >= 0 && c < w ? x[(row * h + r) * w + c] : 0);
    const turn = (draws[16 * row] * rotate * Math.PI) / 180;
    const [down, right] = [
      i - (h - 1) / 2 - draws[16 * row + 5] * shift,
      j - (w - 1) / 2 - draws[16 * row + 4] * shift,
    ];
    const u = (w - 1) / 2 + Math.cos(turn) * right + Math.sin(turn) * down;
    const v = (h - 1) / 2 + Math.cos(turn) * down - Math.sin(turn) * right;
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const mix = (r: number): number => (left + 1 - u) * pixel(r, left) + (u - left) * pixel(r, left + 1);
    const value = (top + 1 - v) * mix(top) + (v - top) * mix(top + 1);
    return (value / 255 - MNIST_MEAN) / MNIST_STD;
  };
}

export const benchmarks: Benchmark[] = OPERATIONS.flatMap(benchmarksOf);
