// Max pooling 2×2 at batch 64, as in the CNN: bound by memory.

import { maxPool2d } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Numbers, type Operation, unravel } from "./operation.ts";

const BATCH = 64;
const LAYERS = [
  { size: 28, c: 32 },
  { size: 14, c: 64 },
] as const;

function pooling({ size, c }: (typeof LAYERS)[number]): Operation {
  const shape = [BATCH, size, size, c];
  const half = size / 2;
  /** x, a quarter as many outputs, and a byte for each of these. */
  const bytes = BATCH * size * size * c * (4 + 1 + 1 / 4);
  const largest = (x: Numbers, [n, i, j, channel]: readonly number[]): number =>
    Math.max(...[0, 1, 2, 3].map((q) => x[((n * size + 2 * i + (q >> 1)) * size + 2 * j + (q & 1)) * c + channel]));
  return {
    name: `maxPool2d 2×2 ${size}×${size}×${c}`,
    inputs: [shape],
    run: (x) => maxPool2d(x, { kernelSize: 2 }),
    work: { bytes },
    tolerance: 0,
    reference:
      ([x]) =>
      (at) =>
        largest(x, unravel(at, [BATCH, half, half, c])),
    backward: {
      work: { bytes },
      reference: ([x], dy) => [
        (at) => {
          const [n, r, s, channel] = unravel(at, shape);
          const [i, j] = [r >> 1, s >> 1];
          const isMaximum = x[at] === largest(x, [n, i, j, channel]);
          return isMaximum ? dy[((n * half + i) * half + j) * c + channel] : 0;
        },
      ],
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(pooling).flatMap(benchmarksOf);
