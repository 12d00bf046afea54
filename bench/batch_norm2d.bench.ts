// The three batch normalisations of the CNN at batch 64: bound by memory.

import { batchNorm2d, ones, tensor, zeros } from "../lib/index.ts";
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const BATCH = 64;
const EPS = 1e-5;
const LAYERS = [
  { size: 28, c: 32 },
  { size: 14, c: 64 },
  { size: 7, c: 128 },
] as const;

type Layer = (typeof LAYERS)[number];

export const benchmarks: Benchmark[] = LAYERS.flatMap((layer) => [forward(layer), backward(layer)]);

function operands({ size, c }: Layer) {
  const shape = [BATCH, size, size, c];
  const elements = BATCH * size * size * c;
  const x = tensor(uniform(elements, 1), shape).keep();
  const dy = tensor(uniform(elements, 2), shape).keep();
  const [gamma, beta] = [3, 4].map((seed) => tensor(uniform(c, seed)).keep());
  const options = { runningMean: zeros([c]).keep(), runningVar: ones([c]).keep(), isTraining: true };
  for (const input of [x, gamma, beta]) input.requiresGrad = true;
  const y = batchNorm2d(x, gamma, beta, options).keep();
  return { x, dy, gamma, beta, y, run: () => batchNorm2d(x, gamma, beta, options), ...statistics(x.data, c) };
}

/** In f64: mean and 1/√(var + ε) of each channel. */
function statistics(x: Float32Array, c: number): { mean: Float64Array; inverse: Float64Array } {
  const pixels = x.length / c;
  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  x.forEach((value, at) => {
    mean[at % c] += value / pixels;
  });
  x.forEach((value, at) => {
    variance[at % c] += (value - mean[at % c]) ** 2 / pixels;
  });
  return { mean, inverse: variance.map((value) => 1 / Math.sqrt(value + EPS)) };
}

/** Statistics and output: x read twice, y written. */
function forward(layer: Layer): Benchmark {
  const { size, c } = layer;
  return {
    name: `batchNorm2d ${size}×${size}×${c}`,
    bytes: 3 * 4 * BATCH * size * size * c,
    images: BATCH,
    tolerance: 1e-6,
    setUp: () => {
      const { x, gamma, beta, mean, inverse, run } = operands(layer);
      const exact = (at: number): number => {
        const i = at % c;
        return (x.data[at] - mean[i]) * inverse[i] * gamma.data[i] + beta.data[i];
      };
      return { run: () => void run(), error: () => sampledError(run().data, exact) };
    },
  };
}

/** Sums and dx: dy and x read twice, dx written. */
function backward(layer: Layer): Benchmark {
  const { size, c } = layer;
  const pixels = BATCH * size * size;
  return {
    name: `batchNorm2d ${size}×${size}×${c}, backward`,
    bytes: 5 * 4 * pixels * c,
    images: BATCH,
    tolerance: 1e-6,
    setUp: () => {
      const { x, dy, gamma, mean, inverse, y } = operands(layer);
      const hat = (at: number): number => (x.data[at] - mean[at % c]) * inverse[at % c];
      const dbeta = new Float64Array(c);
      const dgamma = new Float64Array(c);
      dy.data.forEach((value, at) => {
        dbeta[at % c] += value;
        dgamma[at % c] += value * hat(at);
      });
      const exact = (at: number): number => {
        const i = at % c;
        return gamma.data[i] * inverse[i] * (dy.data[at] - dbeta[i] / pixels - (hat(at) * dgamma[i]) / pixels);
      };
      const run = () => backwardOf(y, dy);
      return { run: () => void run(), error: () => sampledError(run()[0]?.data ?? [], exact) };
    },
  };
}
