// Adds a line to a registry. Whoever does holds the lock (registry_lock.ts) from reading to writing.

import { fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { appendAll } from "../files/append_all.ts";
import { closeQuietly } from "../files/close_quietly.ts";
import { printNote } from "../terminal/note.ts";
import { describeSystemError } from "../terminal/report_error.ts";
import type { Registry, VersionEvent } from "./registry.ts";

/**
 * At the end of the file, flushed to the disk. What a crash left there is mended first: a whole line gets its end, a
 * part of one is cut off.
 *
 * @throws it cannot be written; the file's lines are as they were
 */
export function appendEvent({ path, tail }: Registry, event: VersionEvent): void {
  let file: number | undefined;
  try {
    file = openSync(path, "a+");
    if (tail && !tail.isWhole) {
      ftruncateSync(file, tail.start);
      printNote(`${path} ended in a part of a line, left by a crash; it was cut off.`);
    }
    const { size } = fstatSync(file);
    const line = Buffer.from(`${tail?.isWhole ? "\n" : ""}${JSON.stringify(event)}\n`);
    const opened = file;
    appendAll(file, line, size, () => fsyncSync(opened));
  } catch (error) {
    throw new Error(`${describeSystemError(`cannot write ${path}`, error)}. ${whatStands(path, event)}`);
  } finally {
    if (file !== undefined) closeQuietly(file);
  }
}

/** A disk that reports errors may have taken the line and then refused to shorten the file. */
function whatStands(path: string, event: VersionEvent): string {
  try {
    const isThere = readFileSync(path, "utf8").trimEnd().endsWith(JSON.stringify(event));
    return isThere ? "The line is there all the same; mnist versions says what is current." : "Nothing was changed.";
  } catch {
    return "mnist versions says what is current.";
  }
}
