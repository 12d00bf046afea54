// The raw kernels, without the library: instantiated by the AssemblyScript loader over a memory of
// their own, and called on plain arrays.

import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import type { Kernels } from "../../build/kernels.js";
import type { KernelVariant } from "../../lib/runtime/kernel_module.ts";

/**
 * A byte of the guards of array number `index`. Another for each, since f32 arithmetic keeps many bits: what a kernel
 * reads behind one operand, plus something smaller, is itself where it is written behind another.
 */
const canaryOf = (index: number): number => 0x60 + (index % 31);
const GUARD_BYTES = 64;

export class KernelModule {
  readonly kernels: Kernels;
  private readonly memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  private top = 65536;
  private readonly guards: number[] = [];

  /** @param variant default: the one that the library takes where the host has it */
  constructor(variant: KernelVariant = "relaxed") {
    const bytes = readFileSync(new URL(`../../build/kernels.${variant}.wasm`, import.meta.url));
    this.kernels = instantiateSync(bytes, { env: { memory: this.memory } }).exports as unknown as Kernels;
  }

  /** Copies the values into memory, guarded by canaries on both sides. */
  put(values: ArrayLike<number>): { ptr: number; data: Float32Array } {
    const bytes = values.length * 4;
    const ptr = this.top + GUARD_BYTES;
    const tail = ptr + bytes;
    this.top = Math.ceil((tail + GUARD_BYTES) / 64) * 64;
    const missing = Math.ceil((this.top - this.memory.buffer.byteLength) / 65536);
    if (missing > 0) this.memory.grow(missing);
    const all = new Uint8Array(this.memory.buffer);
    const canary = canaryOf(this.guards.length / 2);
    all.fill(canary, ptr - GUARD_BYTES, ptr);
    all.fill(canary, tail, tail + GUARD_BYTES);
    this.guards.push(ptr - GUARD_BYTES, tail);
    const data = new Float32Array(this.memory.buffer, ptr, values.length);
    data.set(values);
    return { ptr, data };
  }

  /** An output: pre-filled with NaN, so that what is never written shows. */
  output(size: number): { ptr: number; data: Float32Array } {
    return this.put(new Float32Array(size).fill(Number.NaN));
  }

  /** @throws if anything was written outside the arrays */
  checkCanaries(): void {
    const all = new Uint8Array(this.memory.buffer);
    this.guards.forEach((start, i) => {
      const canary = canaryOf(i >> 1);
      const at = all.subarray(start, start + GUARD_BYTES).findIndex((byte) => byte !== canary);
      if (at >= 0) throw new Error(`a kernel wrote outside its output, at address ${start + at}`);
    });
  }
}

/** Sizes around the vector's and the tiles' widths. */
export const TAIL_SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33] as const;

/** Calls `run` on the pieces of [0, count) between the cuts, the last first. */
export function inPieces(count: number, cuts: readonly number[], run: (from: number, to: number) => void): void {
  const bounds = [0, ...cuts.filter((cut) => cut < count), count];
  for (let i = bounds.length - 1; i > 0; i--) run(bounds[i - 1], bounds[i]);
}
