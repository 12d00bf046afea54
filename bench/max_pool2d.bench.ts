// Max pooling 2×2 at batch 64, as in the CNN: bound by memory.

import { maxPool2d, tensor } from "../lib/index.ts";
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const BATCH = 64;
const LAYERS = [
  { size: 28, c: 32 },
  { size: 14, c: 64 },
] as const;

type Layer = (typeof LAYERS)[number];

/** x, a quarter as many outputs, and a byte for each of these. */
const bytes = ({ size, c }: Layer): number => BATCH * size * size * c * (4 + 1 + 1 / 4);

export const benchmarks: Benchmark[] = LAYERS.flatMap((layer) => [forward(layer), backward(layer)]);

function operands({ size, c }: Layer) {
  const half = size / 2;
  const x = tensor(uniform(BATCH * size * size * c, 1), [BATCH, size, size, c]).keep();
  const dy = tensor(uniform(BATCH * half * half * c, 2), [BATCH, half, half, c]).keep();
  x.requiresGrad = true;
  const window = (n: number, i: number, j: number, channel: number): number[] =>
    [0, 1, 2, 3].map((q) => {
      const [r, s] = [2 * i + (q >> 1), 2 * j + (q & 1)];
      return x.data[((n * size + r) * size + s) * c + channel];
    });
  /** [image, row, column, channel] of an element of an image of `width` columns. */
  const place = (at: number, width: number): [number, number, number, number] => [
    Math.floor(at / c / width / width),
    Math.floor(at / c / width) % width,
    Math.floor(at / c) % width,
    at % c,
  ];
  return { x, dy, half, window, place, run: () => maxPool2d(x, { kernelSize: 2 }) };
}

function forward(layer: Layer): Benchmark {
  return {
    name: `maxPool2d 2×2 ${layer.size}×${layer.size}×${layer.c}`,
    bytes: bytes(layer),
    images: BATCH,
    tolerance: 0,
    setUp: () => {
      const { half, window, place, run } = operands(layer);
      const exact = (at: number): number => Math.max(...window(...place(at, half)));
      return { run: () => void run(), error: () => sampledError(run().data, exact) };
    },
  };
}

function backward(layer: Layer): Benchmark {
  return {
    name: `maxPool2d 2×2 ${layer.size}×${layer.size}×${layer.c}, backward`,
    bytes: bytes(layer),
    images: BATCH,
    tolerance: 0,
    setUp: () => {
      const { x, dy, half, window, place, run } = operands(layer);
      const y = run().keep();
      const exact = (at: number): number => {
        const [n, r, s, channel] = place(at, layer.size);
        const [i, j] = [r >> 1, s >> 1];
        const isMaximum = x.data[at] === Math.max(...window(n, i, j, channel));
        return isMaximum ? dy.data[((n * half + i) * half + j) * layer.c + channel] : 0;
      };
      return {
        run: () => void backwardOf(y, dy),
        error: () => sampledError(backwardOf(y, dy)[0]?.data ?? [], exact),
      };
    },
  };
}
