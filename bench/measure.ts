// Times benchmarks interleaved: one after the other, round after round, so that a machine that slows
// down or is shared slows all of them, and ratios hold. The machine's peaks take part.

import { scope } from "../lib/index.ts";
import type { Benchmark, Prepared, Work } from "./benchmark.ts";
import { type KernelFigure, medianOf, problemOf, quantile, spreadOf, type Throughput } from "./figure.ts";
import { timeKernels } from "./kernel_clock.ts";
import type { Peaks } from "./peak.ts";

/** A sample runs at least this long, so that the clock's grain and a stray interrupt do not count. */
const SAMPLE_MS = 20;
const WARM_UP_MS = 200;

export interface Measured {
  figures: KernelFigure[];
  /** In the same minute as the figures. */
  peak: { gflops: number | null; gbPerSecond: number | null };
}

interface Entry {
  benchmark: Benchmark;
  prepared: Prepared;
  error: number;
  /** Runs a sample. */
  runs: number;
  /** Milliseconds of one run. */
  samples: number[];
  /** The same for each kernel. */
  kernelSamples: Map<string, number[]>;
}

/** @param rounds samples of each benchmark */
export function measure(benchmarks: readonly Benchmark[], peaks: Peaks, rounds: number): Measured {
  const entries = [peaks.compute, peaks.stream, ...benchmarks].map(prepare);
  const right = entries.filter(({ benchmark, error }) => error <= benchmark.tolerance);
  for (const entry of right) entry.runs = runsPerSample(entry);
  for (let round = 0; round < rounds; round++) {
    for (const entry of right) sample(entry);
  }
  for (const { prepared } of entries) prepared.tearDown();
  const [compute, stream, ...rest] = entries;
  const peak = {
    gflops: throughput(peaks.compute, medianOf(compute.samples), null).gflops,
    gbPerSecond: throughput(peaks.stream, medianOf(stream.samples), null).gbPerSecond,
  };
  return { figures: rest.map((entry) => summarize(entry, peak)), peak };
}

function prepare(benchmark: Benchmark): Entry {
  const prepared = benchmark.setUp();
  return { benchmark, prepared, error: prepared.error(), runs: 1, samples: [], kernelSamples: new Map() };
}

/** Warms up, so that the engine's best code runs, and counts how often it has to run for one sample. */
function runsPerSample({ prepared }: Entry): number {
  const start = performance.now();
  let runs = 0;
  do {
    scope(prepared.run);
    runs++;
  } while (performance.now() - start < WARM_UP_MS);
  return Math.max(1, Math.ceil((SAMPLE_MS * runs) / (performance.now() - start)));
}

function sample({ prepared, runs, samples, kernelSamples }: Entry): void {
  const times = timeKernels(() => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) scope(prepared.run);
    samples.push((performance.now() - start) / runs);
  });
  for (const [name, { ms }] of times) {
    const list = kernelSamples.get(name) ?? [];
    kernelSamples.set(name, [...list, ms / runs]);
  }
}

function summarize({ benchmark, error, samples, kernelSamples }: Entry, peak: Measured["peak"]): KernelFigure {
  const { name, tolerance, kernels: works = {} } = benchmark;
  const ms = medianOf(samples);
  const kernels = [...kernelSamples].map(([kernel, times]) => {
    // The only kernel does all the work.
    const work = works[kernel] ?? (kernelSamples.size === 1 ? benchmark : {});
    const median = quantile(times, 0.5);
    return { name: kernel, ms: median, ...throughput(work, median, peak) };
  });
  return {
    name,
    value: ms,
    unit: "ms",
    problem: problemOf(error, tolerance),
    spread: ms && spreadOf(samples),
    ...throughput(benchmark, ms, peak),
    error,
    tolerance,
    kernels: kernels.sort((a, b) => b.ms - a.ms),
  };
}

function throughput({ flops, bytes }: Work, ms: number | null, peak: Measured["peak"] | null): Throughput {
  const gflops = ms && flops ? flops / ms / 1e6 : null;
  const gbPerSecond = ms && bytes ? bytes / ms / 1e6 : null;
  const [rate, most] = gflops === null ? [gbPerSecond, peak?.gbPerSecond] : [gflops, peak?.gflops];
  return { gflops, gbPerSecond, peakShare: rate && most ? rate / most : null };
}
