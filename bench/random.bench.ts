// Random numbers, and dropout, which draws its mask: bound by the generator's integer arithmetic.

import { dropout, permutation, rand, randn } from "../lib/index.ts";
import { type Benchmark, sampledError } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const SIZE = 2 ** 20;
const SEED = 7;
const RATE = 0.3;
const EPOCH = 60_000;

const OPERATIONS: Operation[] = [
  {
    name: `rand ${SIZE}`,
    inputs: [],
    run: () => rand([SIZE], { seed: SEED, low: -1, high: 3 }),
    work: { bytes: 4 * SIZE },
    reference: () => (at) => -1 + 4 * fraction(wordOf(at)),
  },
  {
    name: `randn ${SIZE}`,
    inputs: [],
    run: () => randn([SIZE], { seed: SEED }),
    work: { bytes: 4 * SIZE },
    reference: () => normal,
  },
  {
    name: `dropout ${SIZE}`,
    inputs: [[SIZE]],
    run: (x) => dropout(x, { p: RATE, seed: SEED }),
    work: { bytes: 8 * SIZE },
    reference:
      ([x]) =>
      (at) =>
        isKept(at) ? x[at] / (1 - RATE) : 0,
    backward: {
      work: { bytes: 8 * SIZE },
      reference: (_, dy) => [(at) => (isKept(at) ? dy[at] / (1 - RATE) : 0)],
    },
  },
];

export const benchmarks: Benchmark[] = [...OPERATIONS.flatMap(benchmarksOf), shuffling()];

function shuffling(): Benchmark {
  const run = (): Int32Array => permutation(EPOCH, { seed: SEED, stream: 0 });
  return {
    name: `permutation ${EPOCH}`,
    kernels: { random_u32: { bytes: 4 * EPOCH } },
    tolerance: 0,
    setUp: () => ({
      run: () => void run(),
      error() {
        const exact = shuffled();
        return sampledError(run(), (at) => exact[at]);
      },
      tearDown() {},
    }),
  };
}

/** Fisher–Yates, from the words as they come. */
function shuffled(): number[] {
  const order = Array.from({ length: EPOCH }, (_, i) => i);
  for (let i = EPOCH - 1; i > 0; i--) {
    const j = Math.floor((wordOf(i) * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const isKept = (at: number): boolean => wordOf(at) >= Math.round(RATE * 2 ** 32);
const fraction = (word: number): number => Math.floor(word / 256) / 2 ** 24;

/** Box–Muller: words 0 and 1 of a block give the first two numbers, words 2 and 3 the others. */
function normal(at: number): number {
  const [block, word] = placeOf(at);
  const words = philox(block);
  const first = word - (word % 2);
  const radius = Math.sqrt(-2 * Math.log(1 - fraction(words[first])));
  const angle = 2 * Math.PI * fraction(words[first + 1]);
  return radius * (word % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}

/** Element 16g + 4w + l is word w of block 4g + l. */
function placeOf(at: number): [block: number, word: number] {
  return [4 * Math.floor(at / 16) + (at % 4), Math.floor((at % 16) / 4)];
}

function wordOf(at: number): number {
  const [block, word] = placeOf(at);
  return philox(block)[word];
}

/** Philox4x32-10 of the counter [block, 0, 0, 0] and the key [SEED, 0]. Source: Salmon et al. 2011. */
function philox(block: number): number[] {
  let counter = [block, 0, 0, 0];
  let key = [SEED, 0];
  for (let round = 0; round < 10; round++) {
    const [p, q] = [multiply(0xd2511f53, counter[0]), multiply(0xcd9e8d57, counter[2])];
    counter = [(q[0] ^ counter[1] ^ key[0]) >>> 0, q[1], (p[0] ^ counter[3] ^ key[1]) >>> 0, p[1]];
    key = [(key[0] + 0x9e3779b9) >>> 0, (key[1] + 0xbb67ae85) >>> 0];
  }
  return counter;
}

/** The two halves of the 64-bit product of two 32-bit integers. */
function multiply(a: number, b: number): [high: number, low: number] {
  const [upper, lower] = [a * (b >>> 16), a * (b & 0xffff)];
  const middle = (upper % 2 ** 16) * 2 ** 16 + lower;
  return [Math.floor(upper / 2 ** 16) + Math.floor(middle / 2 ** 32), middle % 2 ** 32];
}
