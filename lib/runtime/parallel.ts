// parallelFor: the one way in which a splittable kernel is launched.

import { type Kernels, loadKernels } from "./kernels.ts";
import { allocate, release } from "./memory.ts";
import { currentPool, threadCount } from "./threads.ts";

export type KernelName = keyof Kernels;

/** What a kernel is given: a number, or what lies in its memory, a tensor, of which it gets the address; null for none. */
export type KernelArgument = number | { readonly ptr: number } | null;

/** The numbers of parameters, which hosts are slow to say. */
const arities = new Map<unknown, number>();

/**
 * Runs `kernel(...args, from, to)` over the half-open range [0, count).
 *
 * How the range is cut may change the speed, never the bits: every kernel computes a unit of its range
 * independently of the others. Tensors and sizes go in `args`, in the order of the kernel's signature.
 *
 * @param count units: elements, rows, images or tiles, as the kernel's header says
 */
export function parallelFor(kernel: KernelName, count: number, ...args: KernelArgument[]): void {
  launch(kernel, count, args, 0);
}

/**
 * The same for a kernel that takes `scratch` before its range: room for `scratchSize` f32 elements,
 * one per thread, whose content does not outlive the call.
 */
export function parallelForWithScratch(
  kernel: KernelName,
  count: number,
  scratchSize: number,
  ...args: KernelArgument[]
): void {
  if (count <= 0) return;
  // Whole cache lines, so that no two threads write to the same one.
  const bytes = Math.ceil(scratchSize / 16) * 64;
  const total = bytes * (count > 1 ? threadCount() : 1);
  const scratch = allocate(total);
  try {
    launch(kernel, count, [...args, scratch], bytes);
  } finally {
    release(scratch, total);
  }
}

function launch(kernel: KernelName, count: number, args: KernelArgument[], scratchBytes: number): void {
  if (count <= 0) return;
  const run = loadKernels().kernels[kernel] as (...args: number[]) => void;
  // A wasm export's length is its number of parameters; a missing argument would silently become 0.
  let arity = arities.get(run);
  if (!arity) {
    arity = run.length;
    arities.set(run, arity);
  }
  if (arity !== args.length + 2) {
    throw new TypeError(`parallelFor: ${kernel} takes ${arity} arguments; got ${args.length + 2}.`);
  }
  const numbers = args.map((arg) => (typeof arg === "number" ? arg : (arg?.ptr ?? 0)));
  const pool = count > 1 ? currentPool() : null;
  if (pool) pool.run(kernel, count, numbers, scratchBytes);
  else run(...numbers, 0, count);
}
