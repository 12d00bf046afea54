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
import { mean64, total64 } from "../lib/selftest/array64.ts";
import {
  argmax64,
  labelCrossEntropy64,
  labelCrossEntropyGradient64,
  largest64,
  logSoftmax64,
  logSoftmaxGradient64,
  reduce64,
  softmax64,
  softmaxGradient64,
} from "../lib/selftest/ops64.ts";
import {
  adaptiveAvgPooling64,
  avgPooling64,
  type Pooling64,
  pool2d64,
  pool2dGradient64,
} from "../lib/selftest/windows64.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const [OUTER, REDUCE, INNER] = [64, 784, 32];
const SIZE = OUTER * REDUCE * INNER;
const BYTES = 4 * SIZE;
const TITLE = `${OUTER}×${REDUCE}×${INNER} over ${REDUCE}`;
const [ROWS, CLASSES] = [16384, 10];
const LOGITS = 4 * ROWS * CLASSES;

/** The place of the result that element `at` went into. */
const resultOf = (at: number): number => Math.floor(at / (REDUCE * INNER)) * INNER + (at % INNER);

function reduction(name: string, op: Operation["run"], value: (values: readonly number[]) => number): Operation {
  return {
    name: `${name} ${TITLE}`,
    inputs: [[OUTER, REDUCE, INNER]],
    run: (x) => op(x, 1),
    work: { bytes: BYTES },
    reference: reduce64(value, [1]),
  };
}

const REDUCTIONS: Operation[] = [
  {
    ...reduction("sum", sum, total64),
    backward: {
      work: { bytes: BYTES },
      tolerance: 0,
      reference: ([{ shape }], { data }) => [{ shape, at: (i) => data[resultOf(i)] }],
    },
  },
  reduction("mean", mean, mean64),
  {
    ...reduction("max", max, largest64),
    work: { bytes: 2 * BYTES },
    tolerance: 0,
    backward: {
      work: { bytes: BYTES },
      // All but these elements are zeros, set without a kernel.
      kernels: { max_backward_f32: { bytes: 12 * OUTER * INNER } },
      reference([x], { data }) {
        const largest = reduce64(argmax64, [1])(x);
        const isLargest = (at: number): boolean => largest.at(resultOf(at)) === Math.floor(at / INNER) % REDUCE;
        return [{ shape: x.shape, at: (i) => (isLargest(i) ? data[resultOf(i)] : 0) }];
      },
    },
  },
  { ...reduction("argmax", argmax, argmax64), tolerance: 0 },
];

const LABELS = Array.from({ length: ROWS }, (_, row) => (7 * row) % CLASSES);
const labels = () => tensor(LABELS, [ROWS], "i32");

const ROW_OPERATIONS: Operation[] = [
  {
    name: `softmax ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES]],
    run: (x) => softmax(x),
    work: { bytes: 2 * LOGITS },
    reference: softmax64(1),
    backward: {
      work: { bytes: 3 * LOGITS },
      reference: ([x], dy) => [softmaxGradient64(1)(x, dy)],
    },
  },
  {
    name: `logSoftmax ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES]],
    run: (x) => logSoftmax(x),
    work: { bytes: 2 * LOGITS },
    reference: logSoftmax64(1),
    backward: {
      work: { bytes: 3 * LOGITS },
      reference: ([x], dy) => [logSoftmaxGradient64(1)(x, dy)],
    },
  },
  {
    name: `crossEntropy ${ROWS}×${CLASSES}`,
    inputs: [[ROWS, CLASSES], labels],
    run: (x, y) => crossEntropy(x, y, { reduction: "none" }),
    work: { bytes: LOGITS + 8 * ROWS },
    reference: labelCrossEntropy64(LABELS, { reduction: "none" }),
    backward: {
      work: { bytes: 2 * LOGITS + 8 * ROWS },
      reference: ([x], dy) => [labelCrossEntropyGradient64(LABELS)(x, dy), null],
    },
  },
];

/** Means of windows side by side. */
function averagePool(name: string, op: Operation["run"], size: number, c: number, pooling: Pooling64): Operation {
  const out = pooling.windows(size, size)[0].length;
  const bytes = 4 * OUTER * c * (size * size + out * out);
  return {
    name: `${name} ${size}×${size}×${c} → ${out}×${out}`,
    inputs: [[OUTER, size, size, c]],
    run: op,
    work: { bytes },
    reference: pool2d64(pooling),
    backward: { work: { bytes }, reference: ([x], dy) => [pool2dGradient64(pooling)(x, dy)] },
  };
}

export const benchmarks: Benchmark[] = [
  ...REDUCTIONS,
  ...ROW_OPERATIONS,
  averagePool("avgPool2d 2×2", (x) => avgPool2d(x, { kernelSize: 2 }), 28, 32, avgPooling64({ kernelSize: 2 })),
  averagePool("adaptiveAvgPool2d", (x) => adaptiveAvgPool2d(x, 1), 7, 128, adaptiveAvgPooling64(1)),
].flatMap(benchmarksOf);
