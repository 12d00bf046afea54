// Adds a line to a registry. Whoever does holds the lock (registry_lock.ts) from reading to writing.

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import { describeSystemError } from "../terminal/report_error.ts";
import { stderr } from "../terminal/terminal.ts";
import type { Registry, VersionEvent } from "./registry.ts";

/**
 * One write at the end of the file, flushed to the disk. What a crash left there is mended first: a whole line gets
 * its end, a part of one is cut off.
 *
 * @throws it cannot be written; the file is as it was
 */
export function appendEvent({ path, tail }: Registry, event: VersionEvent): void {
  let file: number;
  try {
    file = openSync(path, "a+");
  } catch (error) {
    throw new Error(`${describeSystemError(`cannot write ${path}`, error)}.`);
  }
  try {
    if (tail && !tail.isWhole) {
      process.stderr.write(
        `${stderr.yellow("note:")} ${path} ended in a part of a line, left by a crash; it was cut off.\n`,
      );
      ftruncateSync(file, tail.start);
    }
    const size = fstatSync(file).size;
    const line = Buffer.from(`${tail?.isWhole ? "\n" : ""}${JSON.stringify(event)}\n`);
    try {
      if (writeSync(file, line) < line.length) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
      fsyncSync(file);
    } catch (error) {
      ftruncateSync(file, size);
      throw new Error(`${describeSystemError(`cannot write ${path}`, error)}. Nothing was changed.`);
    }
  } finally {
    closeSync(file);
  }
}
