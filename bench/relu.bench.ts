// An element-wise operation: bound by memory.

import { relu, tensor } from "../lib/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const SIZE = 64 * 28 * 28 * 32;

export const benchmarks: Benchmark[] = [
  {
    name: "relu 64×28×28×32",
    bytes: 8 * SIZE,
    images: 64,
    tolerance: 0,
    setUp: () => {
      const x = tensor(uniform(SIZE, 1)).keep();
      return {
        run: () => void relu(x),
        error: () => sampledError(relu(x).data, (at) => Math.max(x.data[at], 0)),
      };
    },
  },
];
