// runtimeInfo: what the library runs on, for logs and bug reports.

import type { Arithmetic } from "./arithmetic.ts";
import { type KernelVariant, loadKernels } from "./kernels.ts";
import { memoryUsage } from "./memory.ts";
import { threadCount, whySingleThread } from "./threads.ts";
import { VERSION } from "./version.ts";

export interface RuntimeInfo {
  version: string;
  /** The kernels in use: relaxed SIMD where the host has it (fused multiply-add), plain SIMD elsewhere; and `wide` after enableWideSimd(). */
  variant: KernelVariant;
  /**
   * How they round here: the same program gives the same bits where this is the same. `simd` and `relaxed-unfused`
   * round a product and then the sum, `relaxed-fma` once.
   */
  arithmetic: Arithmetic;
  /** Threads that take part in an operation, the calling one included. */
  threads: number;
  /** Why it is one; null where it is more. */
  singleThreadBecause: string | null;
  /** The most that memory may grow to: 4 GiB, or as much of it as the host grants. */
  maximumBytes: number;
  isMemoryShared: boolean;
  /** Why the memory is not shared; null where it is. */
  unsharedBecause: string | null;
  memory: ReturnType<typeof memoryUsage>;
}

/**
 * Loads the kernels if that has not happened yet, and says what came of it.
 *
 * @throws {RuntimeError} the host cannot run them
 * @example console.log(runtimeInfo().variant); // "relaxed"
 */
export function runtimeInfo(): RuntimeInfo {
  const { variant, arithmetic, maximumBytes, unsharedBecause } = loadKernels();
  return {
    version: VERSION,
    variant,
    arithmetic,
    threads: threadCount(),
    singleThreadBecause: whySingleThread(),
    maximumBytes,
    isMemoryShared: unsharedBecause === null,
    unsharedBecause,
    memory: memoryUsage(),
  };
}
