// Random numbers, and dropout, which draws its mask: bound by the generator's integer arithmetic.

import { dropout, permutation, rand, randn } from "../lib/index.ts";
import { dropout64, permutation64, rand64, randn64 } from "../lib/selftest/random64.ts";
import { type Benchmark, sampledError } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const SIZE = 2 ** 20;
const KEY = { seed: 7, stream: 0 };
const RATE = 0.3;
const EPOCH = 60_000;

const OPERATIONS: Operation[] = [
  {
    name: `rand ${SIZE}`,
    inputs: [],
    run: () => rand([SIZE], { ...KEY, low: -1, high: 3 }),
    work: { bytes: 4 * SIZE },
    reference: () => ({ shape: [SIZE], at: rand64(KEY, -1, 3) }),
  },
  {
    name: `randn ${SIZE}`,
    inputs: [],
    run: () => randn([SIZE], KEY),
    work: { bytes: 4 * SIZE },
    reference: () => ({ shape: [SIZE], at: randn64(KEY) }),
  },
  {
    name: `dropout ${SIZE}`,
    inputs: [[SIZE]],
    run: (x) => dropout(x, { p: RATE, ...KEY }),
    work: { bytes: 8 * SIZE },
    reference: dropout64(RATE, KEY),
    backward: {
      work: { bytes: 8 * SIZE },
      reference: (_, dy) => [dropout64(RATE, KEY)(dy)],
    },
  },
];

export const benchmarks: Benchmark[] = [...OPERATIONS.flatMap(benchmarksOf), shuffling()];

function shuffling(): Benchmark {
  const run = (): Int32Array => permutation(EPOCH, KEY);
  return {
    name: `permutation ${EPOCH}`,
    kernels: { random_u32: { bytes: 4 * EPOCH } },
    tolerance: 0,
    setUp: () => ({
      run: () => void run(),
      error() {
        const exact = permutation64(EPOCH, KEY);
        return sampledError(run(), (at) => exact[at]);
      },
      tearDown() {},
    }),
  };
}
