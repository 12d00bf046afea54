// The raw kernels, without the library: instantiated by the AssemblyScript loader over a memory of
// their own, and called on plain arrays.

import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import type { Kernels } from "../../build/kernels.js";

const CANARY = 0x7f;
const GUARD_BYTES = 64;

export class KernelModule {
  readonly kernels: Kernels;
  private readonly memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  private top = 65536;
  private readonly guards: number[] = [];

  constructor(variant: "simd" | "relaxed" = "simd") {
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
    all.fill(CANARY, ptr - GUARD_BYTES, ptr);
    all.fill(CANARY, tail, tail + GUARD_BYTES);
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
    for (const start of this.guards) {
      for (let i = start; i < start + GUARD_BYTES; i++) {
        if (all[i] !== CANARY) throw new Error(`a kernel wrote outside its output, at address ${i}`);
      }
    }
  }
}

/** Sizes around the vector's and the tiles' widths. */
export const TAIL_SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33] as const;

/** Calls `run` on the pieces of [0, count) between the cuts, the last first. */
export function inPieces(count: number, cuts: readonly number[], run: (from: number, to: number) => void): void {
  const bounds = [0, ...cuts.filter((cut) => cut < count), count];
  for (let i = bounds.length - 1; i > 0; i--) run(bounds[i - 1], bounds[i]);
}
