// Where the package lies: two folders up from a source file, up to three from a bundled chunk.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @throws the program was moved out of its package */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "simdgrad") return folder;
    if (folder === dirname(folder)) throw new Error("mnist was moved out of its package; install simdgrad again.");
  }
}
