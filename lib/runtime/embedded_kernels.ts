// The binaries of the kernels, out of the text in which the build wove them.

import wovenKernels from "../../build/woven_kernels.js";

import type { KernelVariant } from "./kernel_module.ts";

/** The name by which a program loads this library. */
export const ENTRY: string = "simdgrad";

/** A variant: the bytes of build/kernels.<variant>.wasm, to the last; null in the library without them. */
export function embeddedKernels(variant: Exclude<KernelVariant, "wide">): Uint8Array<ArrayBuffer> | null {
  return wovenKernels ? unweave(wovenKernels, variant) : null;
}

/**
 * One of the two binaries that scripts/weave.mjs wrote as one text.
 *
 * @example unweave(".#/%,&012", "relaxed") // [1, 255, 3, 4, 5]
 */
export function unweave(woven: string, variant: Exclude<KernelVariant, "wide">): Uint8Array<ArrayBuffer> {
  const text = woven.replace(/#([^%]*)%([^&]*)&/g, variant === "simd" ? "$1" : "$2");
  // This realm's own, unlike what a TextEncoder may give that a test runner lends to its worlds.
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Modulo 256: "(" is 40 and means 0xfb; " " or "!" shifts what follows by 87 or twice as much.
    bytes[size++] = code < 40 ? text.charCodeAt(++i) + 87 * (code - 31) - 45 : code - 45;
  }
  return bytes.slice(0, size);
}
