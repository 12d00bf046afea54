// The files that the reader needs: of the two kernels the one that this browser runs, and each network's weights.

import relaxedKernels from "../../build/kernels.relaxed.wasm?url";
import simdKernels from "../../build/kernels.simd.wasm?url";
import { supportsVariant } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";

const weights = import.meta.glob<string>("../../models/pretrained/*.safetensors", {
  query: "?url",
  import: "default",
  eager: true,
});

/** The smallest: it answers while the others are on their way. */
const FIRST: ModelName = "linear";

/** @throws {Error} this browser has no WebAssembly SIMD */
export function kernelsUrl(): string {
  if (supportsVariant("relaxed")) return relaxedKernels;
  if (supportsVariant("simd")) return simdKernels;
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
