// The files that computing needs: kernels, each as the one of two that this browser runs, and each network's weights.

import relaxedKernels from "../../build/kernels.relaxed.wasm?url";
import simdKernels from "../../build/kernels.simd.wasm?url";
import relaxedReading from "../../build/reading.relaxed.wasm?url";
import simdReading from "../../build/reading.simd.wasm?url";
import { supportsVariant } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";

const weights = import.meta.glob<string>("../../models/pretrained/*.safetensors", {
  query: "?url",
  import: "default",
  eager: true,
});

/** The smallest: it answers while the others are on their way. */
const FIRST: ModelName = "linear";

const KERNELS = {
  all: { relaxed: relaxedKernels, simd: simdKernels },
  /** kernels/sets/reading.ts */
  reading: { relaxed: relaxedReading, simd: simdReading },
};

/**
 * @param set "reading": what reading takes, a third of all; training, and looking inside, take all
 * @throws {Error} this browser has no WebAssembly SIMD
 */
export function kernelsUrl(set: keyof typeof KERNELS = "all"): string {
  const { relaxed, simd } = KERNELS[set];
  if (supportsVariant("relaxed")) return relaxed;
  if (supportsVariant("simd")) return simd;
  throw new Error("This browser has no WebAssembly SIMD. Use one from 2023 or later.");
}

/** In the order in which they should be fetched. */
export const WEIGHTS: readonly { readonly name: ModelName; readonly url: string }[] = Object.entries(weights)
  .map(([path, url]) => ({ name: path.replace(/^.*\/|\.\w+$/g, "") as ModelName, url }))
  .sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST));

/** @throws {Error} one line for people: the file, and what went wrong */
export async function fetchBytes(url: string): Promise<ArrayBuffer> {
  const name = url.replace(/^.*\//, "");
  const response = await fetch(url).catch(() => {
    throw new Error(`${name} could not be loaded: no connection.`);
  });
  if (!response.ok) throw new Error(`${name} could not be loaded: the server answers ${response.status}.`);
  return response.arrayBuffer();
}
