// How fast a network is, here and now: one thread, warm, from pixels to probabilities, as `mnist infer` counts.

import { setImmediate } from "node:timers/promises";
import {
  type Dataset,
  noGrad,
  normalizeImages,
  type Sequential,
  scope,
  softmax,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { classify } from "../infer/read_digit.ts";

export interface Speed {
  medianMs: number;
  p99Ms: number;
  /** At `BATCH` images a time. */
  imagesPerSecond: number;
}

export const BATCH = 64;
const WARM_UPS = 100;
const SINGLES = 1000;
const BATCHES = 30;
/** The event loop gets its turn after so many. */
const TURN = 50;
const SIDE = 28;

export async function measureSpeed(network: Sequential, test: Dataset, signal: AbortSignal): Promise<Speed> {
  const pixels = test.images.data;
  const digit = (i: number): Uint8Array => {
    const start = (i % test.size) * SIDE * SIDE;
    return pixels.slice(start, start + SIDE * SIDE) as Uint8Array;
  };
  const digits = Array.from({ length: TURN }, (_, i) => digit(i));
  const singles = await timeEach(WARM_UPS, SINGLES, signal, (i) => classify(network, digits[i % TURN]));
  using batch = tensor(
    Uint8Array.from({ length: BATCH * SIDE * SIDE }, (_, i) => pixels[i % pixels.length]),
    [BATCH, SIDE, SIDE],
    "u8",
  ).keep();
  const batches = await timeEach(BATCHES / 5, BATCHES, signal, () => classifyBatch(network, batch));
  return {
    medianMs: quantile(singles, 0.5),
    p99Ms: quantile(singles, 0.99),
    imagesPerSecond: BATCH / (quantile(batches, 0.5) / 1000),
  };
}

function classifyBatch(network: Sequential, images: Tensor<"u8">): void {
  scope(() => noGrad(() => softmax(network.forward(normalizeImages(images)), -1).data));
}

/** @returns milliseconds, in ascending order */
async function timeEach(
  warmUps: number,
  count: number,
  signal: AbortSignal,
  run: (i: number) => void,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = -warmUps; i < count; i++) {
    const start = performance.now();
    run(i + warmUps);
    if (i >= 0) times.push(performance.now() - start);
    if (i % TURN === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  return times.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
