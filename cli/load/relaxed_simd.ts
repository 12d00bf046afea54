// Node 20 has relaxed SIMD (fused multiply-add) behind a flag of V8; from Node 21 on it is simply there.

import process from "node:process";
import v8 from "node:v8";
import { supportsVariant } from "../../lib/index.ts";

/**
 * Turns it on for this process, before the kernels compile. The library itself never touches its
 * host's flags; programs may. Newer versions of Node would complain about a flag they do not know, so
 * it is set only where the feature is missing.
 */
export function enableRelaxedSimd(): void {
  if (!supportsVariant("relaxed") && process.versions.node.startsWith("20.")) {
    v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
}
