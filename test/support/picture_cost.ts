// What it takes to read a picture, in a process that has nothing else in memory.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

export interface PictureCost {
  /** "accepted", or why not. */
  message: string;
  cpuMs: number;
  /** The most memory that the process had, above what it had with the file's bytes. */
  addedMiB: number;
}

/** Decodes and preprocesses each file, in a process each; by their names. */
export function pictureCosts(files: Readonly<Record<string, () => Uint8Array>>): (PictureCost & { name: string })[] {
  const folder = mkdtempSync(join(tmpdir(), "picture-cost-"));
  try {
    // Bundled: a loader of TypeScript takes more memory than the picture.
    const script = join(folder, "decode_cost.mjs");
    buildSync({
      entryPoints: [fileURLToPath(new URL("./decode_cost.ts", import.meta.url))],
      ...{ outfile: script, bundle: true, platform: "node", format: "esm", logLevel: "error" },
    });
    const path = join(folder, "picture");
    return Object.entries(files).map(([name, make]) => {
      writeFileSync(path, make());
      const cost = JSON.parse(execFileSync(process.execPath, [script, path], { encoding: "utf8" })) as PictureCost;
      return { name, ...cost };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
