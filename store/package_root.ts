// Where the package lies: two folders up from a source file, up to three from a bundled chunk; and its version.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RuntimeError } from "../lib/base/errors.ts";
import { parseFields } from "../lib/base/fields.ts";
import { readFileBounded } from "../lib/base/read_file.node.ts";

/** Of package.json. */
const MOST_BYTES = 2 ** 20;

/** @throws {RuntimeError} the program was moved out of its package */
export function packageRoot(): string {
  return findPackage().root;
}

export function packageVersion(): string {
  return findPackage().version;
}

function findPackage(): { root: string; version: string } {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let root = start; ; root = dirname(root)) {
    const path = join(root, "package.json");
    if (existsSync(path)) {
      const { name, version } = parseFields(readFileBounded(path, MOST_BYTES).toString()) ?? {};
      if (name === "simdgrad") return { root, version: String(version) };
    }
    if (root === dirname(root)) {
      throw new RuntimeError("packageRoot: simdgrad was moved out of its package; install simdgrad again.", {
        path: start,
      });
    }
  }
}
