// A kernel that computes something wrong, or nothing, for as long as a function runs, or its promise is pending.

import { type Kernels, loadKernels } from "../../lib/runtime/kernels.ts";

/**
 * What happens at the kernel's first pointer after it ran: "shift" adds an eighth to one f32, "flip" changes the
 * second highest bit of four words, whatever their type. "skip" leaves the kernel out.
 */
export type Corruption = "shift" | "flip" | "skip";

type Kernel = (...args: number[]) => unknown;

export function withCorruptKernel<T>(name: string, corruption: Corruption, run: () => T): T {
  const loaded = loadKernels() as { kernels: Kernels; memory: WebAssembly.Memory };
  const { kernels } = loaded;
  const right = kernels[name as keyof Kernels] as Kernel;
  const wrong: Kernel = (...args) => {
    if (corruption === "skip") return 0;
    const result = right(...args);
    if (corruption === "shift") new Float32Array(loaded.memory.buffer)[args[0] / 4] += 1 / 8;
    // Blocks end in slack, so there are four words.
    else for (let i = 0; i < 4; i++) new Uint32Array(loaded.memory.buffer)[args[0] / 4 + i] ^= 0x40000000;
    return result;
  };
  // parallelFor compares it with the number of arguments.
  Object.defineProperty(wrong, "length", { value: right.length });
  loaded.kernels = { ...kernels, [name]: wrong };
  let result: T | undefined;
  try {
    result = run();
    return result;
  } finally {
    const restore = (): void => {
      loaded.kernels = kernels;
    };
    if (result instanceof Promise) result.then(restore, restore);
    else restore();
  }
}
