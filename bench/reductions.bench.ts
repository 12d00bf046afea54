// What reduces an axis, and the rows of logits: softmax and the loss.

import {
  adaptiveAvgPool2d,
  argmax,
  avgPool2d,
  crossEntropy,
  logSoftmax,
  max,
  mean,
  softmax,
  sum,
  tensor,
} from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Exact, type Numbers, type Operation } from "./operation.ts";

const [OUTER, REDUCE, INNER] = [64, 784, 32];
const SIZE = OUTER * REDUCE * INNER;
const BYTES = 4 * SIZE;
const TITLE = `${OUTER}×${REDUCE}×${INNER} over ${REDUCE}`;
const [ROWS, CLASSES] = [16384, 10];
const LOGITS = 4 * ROWS * CLASSES;

/** The numbers that the at-th result is made of. */
function run(x: Numbers, at: number): number[] {
  const [outer, inner] = [Math.floor(at / INNER), at % INNER];
  return Array.from({ length: REDUCE }, (_, i) => x[(outer * REDUCE + i) * INNER + inner]);
}

const total = (values: readonly number[]): number => values.reduce((sum64, value) => sum64 + value, 0);
/** The place of the result that element `at` went into. */
const resultOf = (at: number): number => Math.floor(at / (REDUCE * INNER)) * INNER + (at % INNER);

function reduction(name: string, op: Operation["run"], value: (values: number[]) => number): Operation {
  return {
    name: `${name} ${TITLE}`,
    inputs: [[OUTER, REDUCE, INNER]],
    run: (x) => op(x, 1),
    work: { bytes: BYTES },
    reference:
      ([x]) =>
      (at) =>
        value(run(x, at)),
  };
}

const firstLargest = (values: number[]): number => values.indexOf(Math.max(...values));

const REDUCTIONS: Operation[] = [
  {
    ...reduction("sum", sum, total),
    backward: { work: { bytes: BYTES }, tolerance: 0, reference: (_, dy) => [(at) => dy[resultOf(at)]] },
  },
  reduction("mean", mean, (values) => total(values) / REDUCE),
  {
    ...reduction("max", max, (values) => Math.max(...values)),
    work: { bytes: 2 * BYTES },
    tolerance: 0,
    backward: {
      work: { bytes: BYTES },
      // All but these elements are zeros, set without a kernel.
      kernels: { max_backward_f32: { bytes: 12 * OUTER * INNER } },
      reference: ([x], dy) => [
        (at) => {
          const place = Math.floor(at / INNER) % REDUCE;
          return firstLargest(run(x, resultOf(at))) === place ? dy[resultOf(at)] : 0;
        },
      ],
    },
  },
  { ...reduction("argmax", argmax, firstLargest), tolerance: 0 },
];

/** Softmax of the row in which `at` lies. */
function softmax64(x: Numbers, at: number): number[] {
  const row = Math.floor(at / CLASSES) * CLASSES;
  const exponentials = Array.from({ length: CLASSES }, (_, i) => Math.exp(x[row + i]));
  return exponentials.map((value) => value / total(exponentials));
}

const labelOf = (row: number): number => (7 * row) % CLASSES;
const labels = () =>
  tensor(
    Array.from({ length: ROWS }, (_, row) => labelOf(row)),
    [ROWS],
    "i32",
  );

const ROW_OPERATIONS: Operation[] = [
  {
    name: `softmax ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES]],
    run: (x) => softmax(x),
    work: { bytes: 2 * LOGITS },
    reference:
      ([x]) =>
      (at) =>
        softmax64(x, at)[at % CLASSES],
    backward: {
      work: { bytes: 3 * LOGITS },
      reference: ([x], dy) => [
        (at) => {
          const p = softmax64(x, at);
          const row = at - (at % CLASSES);
          return p[at % CLASSES] * (dy[at] - total(p.map((value, i) => value * dy[row + i])));
        },
      ],
    },
  },
  {
    name: `logSoftmax ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES]],
    run: (x) => logSoftmax(x),
    work: { bytes: 2 * LOGITS },
    reference:
      ([x]) =>
      (at) =>
        Math.log(softmax64(x, at)[at % CLASSES]),
    backward: {
      work: { bytes: 3 * LOGITS },
      reference: ([x], dy) => [
        (at) => {
          const row = at - (at % CLASSES);
          const dyTotal = total(Array.from({ length: CLASSES }, (_, i) => dy[row + i]));
          return dy[at] - softmax64(x, at)[at % CLASSES] * dyTotal;
        },
      ],
    },
  },
  {
    name: `crossEntropy ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES], labels],
    run: (x, y) => crossEntropy(x, y, { reduction: "none" }),
    work: { bytes: LOGITS + 8 * ROWS },
    reference:
      ([x]) =>
      (row) =>
        -Math.log(softmax64(x, row * CLASSES)[labelOf(row)]),
    backward: {
      work: { bytes: 2 * LOGITS + 8 * ROWS },
      reference: ([x], dy) => [
        (at) => {
          const row = Math.floor(at / CLASSES);
          return dy[row] * (softmax64(x, at)[at % CLASSES] - (labelOf(row) === at % CLASSES ? 1 : 0));
        },
        null,
      ],
    },
  },
];

/** Means of windows of `kernel`×`kernel` pixels, side by side. */
function averagePool(name: string, op: Operation["run"], size: number, c: number, kernel: number): Operation {
  const out = size / kernel;
  const bytes = 4 * OUTER * c * (size * size + out * out);
  const exact =
    (x: Numbers): Exact =>
    (at) => {
      const [n, i, j] = [Math.floor(at / c / out / out), Math.floor(at / c / out) % out, Math.floor(at / c) % out];
      let sum64 = 0;
      for (let r = 0; r < kernel; r++) {
        for (let s = 0; s < kernel; s++) {
          sum64 += x[((n * size + i * kernel + r) * size + j * kernel + s) * c + (at % c)];
        }
      }
      return sum64 / kernel ** 2;
    };
  return {
    name: `${name} ${size}×${size}×${c} → ${out}×${out}`,
    inputs: [[OUTER, size, size, c]],
    run: op,
    work: { bytes },
    reference: ([x]) => exact(x),
    backward: {
      work: { bytes },
      reference: (_, dy) => [
        (at) => {
          const [n, row, column] = [
            Math.floor(at / c / size / size),
            Math.floor(at / c / size) % size,
            Math.floor(at / c) % size,
          ];
          const pixel = (n * out + Math.floor(row / kernel)) * out + Math.floor(column / kernel);
          return dy[pixel * c + (at % c)] / kernel ** 2;
        },
      ],
    },
  };
}

export const benchmarks: Benchmark[] = [
  ...REDUCTIONS,
  ...ROW_OPERATIONS,
  averagePool("avgPool2d 2×2", (x) => avgPool2d(x, { kernelSize: 2 }), 28, 32, 2),
  averagePool("adaptiveAvgPool2d", (x) => adaptiveAvgPool2d(x, 1), 7, 128, 7),
].flatMap(benchmarksOf);
