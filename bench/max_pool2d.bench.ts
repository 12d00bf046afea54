// Max pooling 2×2 at batch 64, as in the CNN: bound by memory.

import { maxPool2d } from "../lib/index.ts";
import { maxPooling64, pool2d64, pool2dGradient64 } from "../lib/selftest/windows64.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const BATCH = 64;
const POOLING = maxPooling64({ kernelSize: 2 });
const LAYERS = [
  { size: 28, c: 32 },
  { size: 14, c: 64 },
] as const;

function pooling({ size, c }: (typeof LAYERS)[number]): Operation {
  const shape = [BATCH, size, size, c];
  /** x, a quarter as many outputs, and a byte for each of these. */
  const bytes = BATCH * size * size * c * (4 + 1 + 1 / 4);
  return {
    name: `maxPool2d 2×2 ${size}×${size}×${c}`,
    inputs: [shape],
    run: (x) => maxPool2d(x, { kernelSize: 2 }),
    work: { bytes },
    tolerance: 0,
    reference: pool2d64(POOLING),
    backward: { work: { bytes }, reference: ([x], dy) => [pool2dGradient64(POOLING)(x, dy)] },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(pooling).flatMap(benchmarksOf);
