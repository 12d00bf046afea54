// The three batch normalisations of the CNN at batch 64, and the first in evaluation: bound by memory.

import { batchNorm2d, ones, zeros } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Numbers, type Operation } from "./operation.ts";

const BATCH = 64;
const EPS = 1e-5;
const LAYERS = [
  { size: 28, c: 32, isTraining: true },
  { size: 14, c: 64, isTraining: true },
  { size: 7, c: 128, isTraining: true },
  { size: 28, c: 32, isTraining: false },
] as const;

/** In f64: mean and 1/√(var + ε) of each channel. */
function statistics(x: Numbers, c: number): { mean: Float64Array; inverse: Float64Array } {
  const pixels = x.length / c;
  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  for (let at = 0; at < x.length; at++) mean[at % c] += x[at] / pixels;
  for (let at = 0; at < x.length; at++) variance[at % c] += (x[at] - mean[at % c]) ** 2 / pixels;
  return { mean, inverse: variance.map((value) => 1 / Math.sqrt(value + EPS)) };
}

function normalization({ size, c, isTraining }: (typeof LAYERS)[number]): Operation {
  const pixels = BATCH * size * size;
  const pass = 4 * pixels * c;
  // What evaluation has of its running statistics.
  const fixed = { mean: new Float64Array(c), inverse: new Float64Array(c).fill(1 / Math.sqrt(1 + EPS)) };
  const statisticsOf = (x: Numbers) => (isTraining ? statistics(x, c) : fixed);
  return {
    name: `batchNorm2d ${size}×${size}×${c}${isTraining ? "" : ", evaluation"}`,
    inputs: [[BATCH, size, size, c], [c], [c], () => zeros([c]), () => ones([c])],
    run: (x, gamma, beta, runningMean, runningVar) =>
      batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining }),
    work: { bytes: isTraining ? 3 * pass : 2 * pass },
    kernels: { batch_norm2d_statistics_f32: { bytes: pass }, batch_norm2d_f32: { bytes: 2 * pass } },
    reference([x, gamma, beta]) {
      const { mean, inverse } = statisticsOf(x);
      return (at) => (x[at] - mean[at % c]) * inverse[at % c] * gamma[at % c] + beta[at % c];
    },
    backward: {
      work: { bytes: isTraining ? 5 * pass : 4 * pass },
      kernels: {
        batch_norm2d_backward_sums_f32: { bytes: 2 * pass },
        batch_norm2d_backward_input_f32: { bytes: 3 * pass },
        batch_norm2d_backward_running_f32: { bytes: 2 * pass },
      },
      tolerance: 5e-6,
      reference([x, gamma], dy) {
        const { mean, inverse } = statisticsOf(x);
        const hat = (at: number): number => (x[at] - mean[at % c]) * inverse[at % c];
        const dbeta = new Float64Array(c);
        const dgamma = new Float64Array(c);
        for (let at = 0; at < dy.length; at++) {
          dbeta[at % c] += dy[at];
          dgamma[at % c] += dy[at] * hat(at);
        }
        const dx = (at: number): number => {
          const i = at % c;
          const shift = isTraining ? (dbeta[i] + hat(at) * dgamma[i]) / pixels : 0;
          return gamma[i] * inverse[i] * (dy[at] - shift);
        };
        return [dx, (i) => dgamma[i], (i) => dbeta[i], null, null];
      },
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(normalization).flatMap(benchmarksOf);
