import process from "node:process";

/** Node 20 has relaxed SIMD behind a flag, which later versions reject. */
export function nodeFlags() {
  return Number(process.versions.node.split(".")[0]) < 21 ? ["--experimental-wasm-relaxed-simd"] : [];
}
