// Times benchmarks interleaved: one after the other, round after round, so that a machine that slows
// down or is shared slows all of them, and ratios hold.

import { scope } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";

export interface Result {
  name: string;
  /** Of one run, over all rounds; null where the error is too large for a time to mean anything. */
  medianMs: number | null;
  /** Half the distance between the quartiles, relative to the median. */
  spread: number | null;
  gflops: number | null;
  /** Gigabytes a second, 1 GB = 10⁹ bytes. */
  gbPerSecond: number | null;
  imagesPerSecond: number | null;
  error: number;
  tolerance: number;
}

/** A sample runs at least this long, so that the clock's grain and a stray interrupt do not count. */
const SAMPLE_MS = 20;
const WARM_UP_MS = 200;

/** @param rounds samples of each benchmark */
export function measure(benchmarks: readonly Benchmark[], rounds: number): Result[] {
  const entries = benchmarks.map((benchmark) => {
    const { run, error } = benchmark.setUp();
    const once = (): void => scope(run);
    return { benchmark, once, error: error(), runs: 1, samples: [] as number[] };
  });
  const right = entries.filter(({ benchmark, error }) => error <= benchmark.tolerance);
  for (const entry of right) entry.runs = runsPerSample(entry.once);
  for (let round = 0; round < rounds; round++) {
    for (const { once, runs, samples } of right) samples.push(time(once, runs) / runs);
  }
  return entries.map(({ benchmark, error, samples }) => summarize(benchmark, error, samples));
}

/** Warms up, so that the engine's best code runs, and counts how often it has to run for one sample. */
function runsPerSample(once: () => void): number {
  const start = performance.now();
  let runs = 0;
  do {
    once();
    runs++;
  } while (performance.now() - start < WARM_UP_MS);
  return Math.max(1, Math.ceil((SAMPLE_MS * runs) / (performance.now() - start)));
}

function time(once: () => void, runs: number): number {
  const start = performance.now();
  for (let i = 0; i < runs; i++) once();
  return performance.now() - start;
}

function summarize({ name, flops, bytes, images, tolerance }: Benchmark, error: number, samples: number[]): Result {
  const sorted = [...samples].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.round((sorted.length - 1) * q)];
  const medianMs = sorted.length > 0 ? quantile(0.5) : null;
  return {
    name,
    medianMs,
    spread: medianMs && (quantile(0.75) - quantile(0.25)) / 2 / medianMs,
    gflops: medianMs && flops ? flops / medianMs / 1e6 : null,
    gbPerSecond: medianMs && bytes ? bytes / medianMs / 1e6 : null,
    imagesPerSecond: medianMs && images ? (images * 1000) / medianMs : null,
    error,
    tolerance,
  };
}
