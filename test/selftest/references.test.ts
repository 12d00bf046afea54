// The references themselves: gradients that are written out against central differences of what they belong to, and a few
// numbers that are known.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Array64, all64, array64, type Elements64, maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { centralDifferences } from "../../lib/selftest/check_op.ts";
import { batchNorm2d64, batchNorm2dGradients64, convBlock64 } from "../../lib/selftest/layers64.ts";
import {
  gather64,
  gatherGradient64,
  gelu64,
  labelCrossEntropy64,
  labelCrossEntropyGradient64,
  logSoftmax64,
  logSoftmaxGradient64,
  matmul64,
  matmulGradients64,
  reduce64,
  softmax64,
  softmaxGradient64,
  transpose64,
} from "../../lib/selftest/ops64.ts";
import { clip64, norm64, orthogonal64 } from "../../lib/selftest/optim64.ts";
import { permutation64 } from "../../lib/selftest/random64.ts";
import {
  adaptiveAvgPooling64,
  avgPooling64,
  conv2d64,
  conv2dGradients64,
  maxPooling64,
  pool2d64,
  pool2dGradient64,
} from "../../lib/selftest/windows64.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("the f64 references");

interface Case {
  name: string;
  shapes: readonly (readonly number[])[];
  forward(...inputs: Array64[]): Elements64;
  /** By each input in turn. */
  gradients(inputs: readonly Array64[], dy: Array64): readonly Elements64[];
}

const IMAGES = [2, 5, 6, 3];
const POOLINGS = {
  "the largest of 3×2, stride 2, padded": maxPooling64({ kernelSize: [3, 2], stride: 2, padding: [1, 0] }),
  "the mean of 3×3, overlapping, padded": avgPooling64({ kernelSize: 3, stride: 1, padding: 1 }),
  "means that overlap": adaptiveAvgPooling64([3, 4]),
};
const LABELS = [2, 0, 4];
const RUNNING = { mean: [0.5, -1, 0.25, 2], variance: [0.5, 1, 2, 3] };

const CASES: readonly Case[] = [
  ...[{}, { padding: 1 }, { stride: 2, padding: 2 }].map(
    (options): Case => ({
      name: `conv2d, ${JSON.stringify(options)}`,
      shapes: [IMAGES, [3, 2, 3, 4], [4]],
      forward: conv2d64(options),
      gradients([x, w], dy) {
        const { dx, dw, db } = conv2dGradients64(options)(x, w, dy);
        return [dx, dw, db];
      },
    }),
  ),
  ...Object.entries(POOLINGS).map(
    ([name, pooling]): Case => ({
      name,
      shapes: [IMAGES],
      forward: pool2d64(pooling),
      gradients: ([x], dy) => [pool2dGradient64(pooling)(x, dy)],
    }),
  ),
  ...[{}, { running: RUNNING }].map(
    (options): Case => ({
      name: `batchNorm2d, ${options.running ? "given statistics" : "its own"}`,
      shapes: [[2, 3, 3, 4], [4], [4]],
      forward: batchNorm2d64(options),
      gradients([x, gamma], dy) {
        const { dx, dgamma, dbeta } = batchNorm2dGradients64(options)(x, gamma, dy);
        return [dx, dgamma, dbeta];
      },
    }),
  ),
  ...(["max", "mean"] as const).flatMap((pool) =>
    [{ pool }, { pool, running: RUNNING }].map(
      (options): Case => ({
        name: `a block, ${pool}, ${"running" in options ? "given statistics" : "its own"}`,
        shapes: [[2, 4, 4, 2], [3, 3, 2, 4], [4], [4], [4]],
        forward: (x, w, b, gamma, beta) => convBlock64(options)({ x, w, b, gamma, beta }).z,
        gradients([x, w, b, gamma, beta], dz) {
          const { dx, dw, db, dgamma, dbeta } = convBlock64(options)({ x, w, b, gamma, beta }).gradients(dz);
          return [dx, dw, db, dgamma, dbeta];
        },
      }),
    ),
  ),
  ...[0, 1].flatMap((axis): Case[] => [
    {
      name: `softmax along axis ${axis}`,
      shapes: [[3, 5]],
      forward: softmax64(axis),
      gradients: ([x], dy) => [softmaxGradient64(axis)(x, dy)],
    },
    {
      name: `logSoftmax along axis ${axis}`,
      shapes: [[3, 5]],
      forward: logSoftmax64(axis),
      gradients: ([x], dy) => [logSoftmaxGradient64(axis)(x, dy)],
    },
  ]),
  {
    name: "crossEntropy, a loss a row",
    shapes: [[3, 5]],
    forward: labelCrossEntropy64(LABELS, { reduction: "none" }),
    gradients: ([x], dy) => [labelCrossEntropyGradient64(LABELS)(x, dy)],
  },
  {
    name: "gather",
    shapes: [[4, 3]],
    forward: gather64([2, 0, 2]),
    gradients: ([x], dy) => [gatherGradient64([2, 0, 2])(x, dy)],
  },
  {
    name: "matmul",
    shapes: [
      [3, 4],
      [4, 5],
    ],
    forward: matmul64,
    gradients([a, b], dc) {
      const { da, db } = matmulGradients64(a, b, dc);
      return [da, db];
    },
  },
];

for (const { name, shapes, forward, gradients } of CASES) {
  test(`${name}: gradients that are written out are its central differences`, () => {
    const inputs = shapes.map((shape, i) => uniform64(shape, 3 + i));
    const dy = uniform64(forward(...inputs).shape, 2);
    gradients(inputs, dy).forEach((gradient, i) => {
      assert.equal(gradient.shape, shapes[i]);
      const expected = centralDifferences(forward, inputs, i, dy);
      expectClose(all64(gradient).data, expected, 1e-7 * Math.max(1, maxAbs(expected)), `by input ${i}`);
    });
  });
}

test("a block's margin is how far its decisions are from being others", () => {
  // The filter takes the pixel itself, and the statistics change nothing.
  const w = array64([3, 3, 1, 1], (i) => (i === 4 ? 1 : 0));
  const one = array64([1], () => 1);
  const x = { shape: [1, 2, 6, 1], data: [3, 1, -1, -4, 2, 0.5, 2.5, 0, -2, -3, 1.9, 0] };
  const given = { eps: 0, running: { mean: [0], variance: [1] } };
  const block = (pool: "max" | "mean") =>
    convBlock64({ ...given, pool })({ x, w, b: array64([1]), gamma: one, beta: array64([1]) });
  const largest = block("max");
  assert.equal([...largest.z.data], [3, 0, 2]);
  expectClose(all64(largest.margin).data, [0.5, 1, 0.1], 1e-12);
  expectClose([...block("mean").z.data], [(3 + 1 + 2 + 0.5 + 2.5 + 1.9) / 12], 1e-12);
  expectClose(all64(block("mean").margin).data, [0], 0);
});

test("known values: Φ far out, a sum over two axes, a transposed cube, a rotation made orthogonal, a clipped gradient", () => {
  // By Abramowitz & Stegun, table 26.1 and 26.2.
  expectClose([gelu64(1), gelu64(-1) * -1, gelu64(-5) / -5], [0.841344746, 0.158655254, 2.866515719e-7], 1e-9);
  const cube = array64([2, 3, 2], (i) => i);
  const sums = reduce64((values) => values.reduce((a, b) => a + b), [0, 2], true)(cube);
  assert.equal(
    [sums.shape, [...all64(sums).data]],
    [
      [1, 3, 1],
      [14, 22, 30],
    ],
  );
  assert.equal([...all64(transpose64()(cube)).data], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
  const turned = orthogonal64({ shape: [2, 2], data: [0, -3, 3, 0] }).data;
  assert.ok(turned[0] === 0 && turned[3] === 0 && turned[1] === -turned[2] && Math.abs(turned[2] - 0.9) < 0.25);
  assert.is(norm64([3, 4]), 5);
  expectClose([clip64(3, 5, 1), clip64(3, 5, 10)], [0.6, 3], 1e-6);
  assert.equal([...permutation64(5, { seed: 1 })].sort(), [0, 1, 2, 3, 4]);
});

test.run();
