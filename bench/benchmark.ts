// What a benchmark is: something to run, and the proof that what it computes is right.

import { type Elements64, uniform64 } from "../lib/selftest/array64.ts";

/** What one run has to do, by the definition of the operation: a fast algorithm may get by with less. */
export interface Work {
  /** Floating-point operations, a multiply-add being two. */
  flops?: number;
  /** Bytes to read and write, each tensor once a pass: for what memory bounds. */
  bytes?: number;
}

export interface Benchmark extends Work {
  /** "matmul 512×512×512": one line of the report. */
  name: string;
  /** The work of single kernels, by name, where a run launches several. */
  kernels?: Readonly<Record<string, Work>>;
  /** The largest error, as `error` measures it, with which a time means anything. */
  tolerance: number;
  setUp(): Prepared;
}

export interface Prepared {
  /** What is timed. The tensors it makes are freed after it. */
  run(): void;
  /** How far what `run` computes is from an independent reference, relative to the largest value there. */
  error(): number;
  /** Frees what it holds. */
  tearDown(): void;
}

/** Random numbers in [−1, 1), the same at each call: what is timed must not depend on chance. */
export function uniform(size: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(uniform64([size], seed).data);
}

/**
 * The largest error among some elements, each recomputed in f64: exact, without the time that a
 * whole reference would take.
 */
export function sampledError(actual: ArrayLike<number>, exact: Elements64["at"], samples = 500): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < samples; i++) {
    const index = Math.floor(((i + 0.5) * actual.length) / samples);
    const expected = exact(index);
    largest = Math.max(largest, Math.abs(expected));
    const error = Math.abs(actual[index] - expected);
    if (!(error <= worst)) worst = error; // NaN counts
  }
  return worst === 0 ? 0 : worst / largest;
}
