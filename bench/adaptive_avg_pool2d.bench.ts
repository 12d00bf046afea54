// The CNN's global average pooling at batch 64: bound by memory.

import { adaptiveAvgPool2d, tensor } from "../lib/index.ts";
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const [BATCH, SIZE, C] = [64, 7, 128];
const PIXELS = SIZE * SIZE;
const BYTES = 4 * BATCH * C * (PIXELS + 1);

export const benchmarks: Benchmark[] = [
  {
    name: `adaptiveAvgPool2d ${SIZE}×${SIZE}×${C} → 1×1`,
    bytes: BYTES,
    images: BATCH,
    tolerance: 1e-6,
    setUp: () => {
      const x = tensor(uniform(BATCH * PIXELS * C, 1), [BATCH, SIZE, SIZE, C]).keep();
      const exact = (at: number): number => {
        let sum = 0;
        for (let p = 0; p < PIXELS; p++) sum += x.data[(Math.floor(at / C) * PIXELS + p) * C + (at % C)];
        return sum / PIXELS;
      };
      const run = () => adaptiveAvgPool2d(x, 1);
      return { run: () => void run(), error: () => sampledError(run().data, exact) };
    },
  },
  {
    name: `adaptiveAvgPool2d ${SIZE}×${SIZE}×${C} → 1×1, backward`,
    bytes: BYTES,
    images: BATCH,
    tolerance: 1e-6,
    setUp: () => {
      const x = tensor(uniform(BATCH * PIXELS * C, 1), [BATCH, SIZE, SIZE, C]).keep();
      const dy = tensor(uniform(BATCH * C, 2), [BATCH, 1, 1, C]).keep();
      x.requiresGrad = true;
      const y = adaptiveAvgPool2d(x, 1).keep();
      const exact = (at: number): number => dy.data[Math.floor(at / C / PIXELS) * C + (at % C)] / PIXELS;
      return {
        run: () => void backwardOf(y, dy),
        error: () => sampledError(backwardOf(y, dy)[0]?.data ?? [], exact),
      };
    },
  },
];
