// The binaries of the kernels, out of the text in which the build wove them.

import wovenKernels from "../../build/woven_kernels.js";

import type { KernelVariant } from "./kernel_module.ts";

/** The name by which a program loads this library. */
export const ENTRY: string = "simdgrad";

/** Decodes a variant: the bytes of build/kernels.<variant>.wasm, to the last; null in the library without them. */
export function embeddedKernels(variant: KernelVariant): Uint8Array<ArrayBuffer> | null {
  return wovenKernels ? decodeHex(unweave(wovenKernels, variant)) : null;
}

/**
 * One of two texts that scripts/weave.mjs wrote as one.
 *
 * @example unweave("01(02|ff)03", "relaxed") // "01ff03"
 */
export function unweave(woven: string, variant: KernelVariant): string {
  return woven.replace(/\((\w*)\|(\w*)\)/g, variant === "simd" ? "$1" : "$2");
}

type Decoder = (hex: string) => Uint8Array<ArrayBuffer>;

function decodeHex(hex: string): Uint8Array<ArrayBuffer> {
  // The host's own takes a fraction of the time.
  const { Buffer } = globalThis as { Buffer?: { from(hex: string, encoding: "hex"): Uint8Array<ArrayBuffer> } };
  const { fromHex } = Uint8Array as { fromHex?: Decoder };
  if (Buffer) return Buffer.from(hex, "hex");
  if (fromHex) return fromHex(hex);
  const size = hex.length / 2;
  // Four bytes at a time: half as long as one at a time.
  const words = new DataView(new ArrayBuffer(Math.ceil(size / 4) * 4));
  for (let i = 0; i < size; i += 4) words.setUint32(i, Number.parseInt(hex.slice(2 * i, 2 * i + 8).padEnd(8, "0"), 16));
  return new Uint8Array(words.buffer, 0, size);
}
