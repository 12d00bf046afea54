// An exported module, run as its users run it; and as a host runs it that gives it nothing, or forbids it to compile.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import type { ModelCard } from "../../models/export/model_card.ts";
import type { Prediction } from "../../models/export/runtime/predict.ts";

export interface ExportedModule {
  predict(pixels: ArrayLike<number>): Prediction;
  model: ModelCard;
}

/** Written to a file, and imported from it. */
export async function imported(bytes: Uint8Array): Promise<ExportedModule> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-export-"));
  try {
    const path = join(folder, "digit.mjs");
    writeFileSync(path, bytes);
    return await import(pathToFileURL(path).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In a separate realm, which has JavaScript and WebAssembly, `atob`, and nothing else. */
export function isolated(bytes: Uint8Array, { canCompile }: { canCompile: boolean }): ExportedModule {
  const text = new TextDecoder().decode(bytes);
  const code = text.replace(/^export const /gm, "const ").replace(/^export \{[^}]*\};$/gm, "");
  const world = createContext({ atob }, { codeGeneration: { strings: false, wasm: canCompile } });
  return runInContext(`${code}\n({ predict, model })`, world);
}
