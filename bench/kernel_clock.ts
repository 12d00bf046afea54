// How long each kernel runs: every launch goes through a clock, at a cost of about 0.1 µs.

import { type Kernels, loadKernels } from "../lib/runtime/kernels.ts";

export interface KernelTime {
  calls: number;
  ms: number;
}

/** Kernels by name; what was not called is not in it. */
export type KernelTimes = Map<string, KernelTime>;

/** @returns what `run` called, on this thread; it must not be async */
export function timeKernels(run: () => void): KernelTimes {
  const loaded = loadKernels() as { kernels: Kernels };
  const { kernels } = loaded;
  const times: KernelTimes = new Map();
  const clocked = Object.entries(kernels).map(([name, kernel]) => [name, clock(name, kernel, times)]);
  loaded.kernels = Object.fromEntries(clocked);
  try {
    run();
  } finally {
    loaded.kernels = kernels;
  }
  return times;
}

type Kernel = (...args: number[]) => unknown;

function clock(name: string, kernel: Kernel, times: KernelTimes): Kernel {
  const clocked: Kernel = (...args) => {
    const start = performance.now();
    const result = kernel(...args);
    const ms = performance.now() - start;
    const time = times.get(name);
    if (time) {
      time.calls++;
      time.ms += ms;
    } else times.set(name, { calls: 1, ms });
    return result;
  };
  // parallelFor compares it with the number of arguments.
  return Object.defineProperty(clocked, "length", { value: kernel.length });
}
