// The three batch normalisations of the CNN at batch 64, and the first in evaluation: bound by memory.

import { batchNorm2d, ones, zeros } from "../lib/index.ts";
import { batchNorm2d64, batchNorm2dGradients64 } from "../lib/selftest/layers64.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const BATCH = 64;
const LAYERS = [
  { size: 28, c: 32, isTraining: true },
  { size: 14, c: 64, isTraining: true },
  { size: 7, c: 128, isTraining: true },
  { size: 28, c: 32, isTraining: false },
] as const;

function normalization({ size, c, isTraining }: (typeof LAYERS)[number]): Operation {
  const pixels = BATCH * size * size;
  const pass = 4 * pixels * c;
  // What evaluation has of its running statistics.
  const running = { mean: new Float64Array(c), variance: new Float64Array(c).fill(1) };
  const options = isTraining ? {} : { running };
  return {
    name: `batchNorm2d ${size}×${size}×${c}${isTraining ? "" : ", evaluation"}`,
    inputs: [[BATCH, size, size, c], [c], [c], () => zeros([c]), () => ones([c])],
    run: (x, gamma, beta, runningMean, runningVar) =>
      batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining }),
    work: { bytes: isTraining ? 3 * pass : 2 * pass },
    kernels: { batch_norm2d_statistics_f32: { bytes: pass }, batch_norm2d_f32: { bytes: 2 * pass } },
    reference: batchNorm2d64(options),
    backward: {
      work: { bytes: isTraining ? 5 * pass : 4 * pass },
      kernels: {
        batch_norm2d_backward_sums_f32: { bytes: 2 * pass },
        batch_norm2d_backward_input_f32: { bytes: 3 * pass },
        batch_norm2d_backward_running_f32: { bytes: 2 * pass },
      },
      tolerance: 5e-6,
      reference([x, gamma], dy) {
        const { dx, dgamma, dbeta } = batchNorm2dGradients64(options)(x, gamma, dy);
        return [dx, dgamma, dbeta, null, null];
      },
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(normalization).flatMap(benchmarksOf);
