// A folder for the files of a reader that takes a path: one for each process, gone when it ends.

import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";

let folder: string | null = null;

/** Made at first use. */
export function fuzzFolder(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(quickFolder(), "simdgrad-fuzz-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** @returns the path of the file, which holds the bytes */
export function fileWith(name: string, bytes: Uint8Array): string {
  const path = join(fuzzFolder(), name);
  try {
    writeFileSync(path, bytes);
  } catch {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return path;
}

/** In memory where the system has such a folder: a file that is cut short and written again costs a disk milliseconds. */
function quickFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
