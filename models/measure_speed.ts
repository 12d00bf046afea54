// measureSpeed: how fast a network reads, here and now.

import { abortSignal, callback, check, checkOptions, list } from "../lib/base/check.ts";
import { OptionError } from "../lib/base/errors.ts";
import type { Module } from "../lib/nn/module.ts";
import { runStepsAsync } from "../lib/runtime/steps.ts";
import { Classifier } from "./classifier.ts";

export interface Speed {
  /** One picture at a time, from pixels to probabilities, in milliseconds. */
  medianMs: number;
  p99Ms: number;
  /** At SPEED_BATCH pictures a time. */
  imagesPerSecond: number;
}

export interface SpeedOptions {
  /** Milliseconds from any moment on; default `performance.now`. */
  clock?: () => number;
  /** Stops within some milliseconds: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

export const SPEED_BATCH = 64;
const WARM_UPS = 100;
const SINGLES = 1000;
const BATCH_WARM_UPS = 6;
const BATCHES = 30;

/**
 * Reads pictures one at a time and then in batches, warm, on as many threads as are set, and gives medians. The event loop
 * runs between them.
 *
 * @param pictures 28 × 28 bytes each; they are read in turn, again from the first after the last
 * @throws {OptionError} no picture
 *
 * Cost: 1,100 pictures alone and 36 batches of 64.
 * @example const { medianMs, imagesPerSecond } = await measureSpeed(network, pictures);
 */
export async function measureSpeed(
  network: Module,
  pictures: readonly Uint8Array[],
  options: SpeedOptions = {},
): Promise<Speed> {
  check("measureSpeed", "pictures", pictures, list);
  checkOptions("measureSpeed", options, { clock: callback, signal: abortSignal });
  const { clock = () => performance.now(), signal } = options;
  if (pictures.length === 0) throw new OptionError("measureSpeed: it needs at least one picture to read; got none.");
  const classifier = new Classifier(network, { batchSize: SPEED_BATCH, clock });
  // Read also where nothing is written.
  const digits = pictures.map((pixels) => ({ pixels, warnings: [], isBlank: false }));
  const batch = Array.from({ length: SPEED_BATCH }, (_, i) => digits[i % digits.length]);
  const single = (i: number): unknown => classifier.read(digits[i % digits.length]);
  const singles = await runStepsAsync(timings(WARM_UPS, SINGLES, clock, single), { signal });
  const batches = await runStepsAsync(
    timings(BATCH_WARM_UPS, BATCHES, clock, () => classifier.read(batch)),
    { signal },
  );
  return {
    medianMs: quantile(singles, 0.5),
    p99Ms: quantile(singles, 0.99),
    imagesPerSecond: SPEED_BATCH / (quantile(batches, 0.5) / 1000),
  };
}

/** One a step. @returns milliseconds, in ascending order */
function* timings(
  warmUps: number,
  count: number,
  clock: () => number,
  run: (i: number) => void,
): Generator<void, number[]> {
  const times: number[] = [];
  for (let i = 0; i < warmUps + count; i++) {
    const started = clock();
    run(i);
    if (i >= warmUps) times.push(clock() - started);
    yield;
  }
  return times.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
