// What a run of the benchmarks comes to: figures, each with a name that is its own.

import os from "node:os";
import process from "node:process";
import { loadKernels } from "../lib/runtime/kernels.ts";

/** The less the better, whatever it is. */
export interface Figure {
  name: string;
  /** Null where it could not be measured, and `problem` says why. */
  value: number | null;
  unit: "ms" | "MB" | "KB";
  problem: string | null;
}

/** Of a median: half the distance between the quartiles, relative to it. */
interface Spread {
  spread: number | null;
}

/** The largest difference from an independent f64 reference, relative to the largest value there. */
interface Accuracy {
  error: number;
  tolerance: number;
}

export interface Throughput {
  gflops: number | null;
  /** 1 GB = 10⁹ bytes. */
  gbPerSecond: number | null;
  /** Of the machine's peak in what bounds it, 1 being all. */
  peakShare: number | null;
}

export interface KernelFigure extends Figure, Spread, Accuracy, Throughput {
  /** What the run launched, the slowest first. */
  kernels: (Throughput & { name: string; ms: number })[];
}

export interface InferenceFigure extends Figure, Accuracy {
  p99Ms: number | null;
  imagesPerSecond: number | null;
  /** Single calls that were timed. */
  calls: number;
}

export interface TrainingFigure extends Figure, Spread, Accuracy {
  threads: number;
  samplesPerSecond: number | null;
  /** How many times as fast as on one thread. */
  speedup: number | null;
  /** Of the Trainer: its speed relative to the bare step's. */
  bareShare: number | null;
}

export interface ProgramFigure extends Figure {
  /** What is asked for, at most. */
  limit: number | null;
}

export interface Machine {
  cpu: string;
  processors: number;
  node: string;
  variant: string;
}

export interface Report {
  machine: Machine;
  rounds: number;
  peak: { gflops: number | null; gbPerSecond: number | null };
  kernels: KernelFigure[];
  inference: InferenceFigure[];
  training: TrainingFigure[];
  program: ProgramFigure[];
}

export function describeMachine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown processor",
    processors: os.availableParallelism(),
    node: process.versions.node,
    variant: loadKernels().variant,
  };
}

export function figuresOf({ kernels, inference, training, program }: Report): Figure[] {
  return [...kernels, ...inference, ...training, ...program];
}

/** NaN where there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}

/** Null where there are none. */
export function medianOf(values: readonly number[]): number | null {
  return values.length > 0 ? quantile(values, 0.5) : null;
}

/** Half the distance between the quartiles, relative to the median. */
export function spreadOf(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / quantile(values, 0.5);
}

/** Null if the error is within the tolerance, which NaN is not. */
export function problemOf(error: number, tolerance: number): string | null {
  if (error <= tolerance) return null;
  return `WRONG: error ${error.toExponential(1)}, at most ${tolerance.toExponential(1)}`;
}
