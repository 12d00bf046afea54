// Node 20 has relaxed SIMD (fused multiply-add) behind a flag of V8; from Node 21 on it needs none.

import process from "node:process";
import v8 from "node:v8";
import { supportsVariant } from "./supports_variant.ts";

/**
 * Turns relaxed SIMD on for this process. Call it before the first operation, when the kernels compile.
 *
 * The library never touches its host's flags on import; programs may. Newer versions of Node would complain about a flag
 * that they do not know, so it is set only where the feature is missing.
 */
export function enableRelaxedSimd(): void {
  if (!supportsVariant("relaxed") && process.versions.node.startsWith("20.")) {
    v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
}
