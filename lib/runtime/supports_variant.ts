// supportsVariant: what the host can run, found without loading anything.

import type { KernelVariant } from "./kernel_module.ts";

/** Whether the host runs this variant: WebAssembly SIMD, or relaxed SIMD on top of it. */
export function supportsVariant(variant: Exclude<KernelVariant, "wide">): boolean {
  // () -> i32: a v128 constant in, one lane out, by way of f32x4.relaxed_madd in the second module.
  const simd = [0xfd, 0x0c, ...Array(16).fill(0)];
  const madd = [...simd, ...simd, ...simd, 0xfd, 0x85, 0x02];
  const code = [0x00, ...(variant === "simd" ? simd : madd), 0xfd, 0x1b, 0x00, 0x0b];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0];
  const module = new Uint8Array([...header, 10, code.length + 2, 1, code.length, ...code]);
  return typeof WebAssembly === "object" && WebAssembly.validate(module);
}
