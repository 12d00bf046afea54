// Files that a program owns and adds to: opened where nobody has put something else in their place, and given bytes, all of
// them or none.

import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, writeSync } from "node:fs";
import { RuntimeError } from "./errors.ts";

/** Windows lacks some of them. */
const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;

/**
 * Opens a file that the program owns, or makes it, to add to it. It must be a file of one name: what is written through a link, or to a file
 * that has a second name elsewhere, changes what somebody else chose.
 *
 * @returns the open file, and how long it is
 * @throws what the system says: ELOOP for a link; and {RuntimeError} for what is no file, or has several names
 */
export function openOwned(path: string): { file: number; size: number } {
  if (O_NOFOLLOW === undefined && isLink(path)) throw notOwned("a link");
  const flags = O_WRONLY | O_CREAT | O_APPEND | (O_NOFOLLOW ?? 0) | O_NONBLOCK | O_NOCTTY;
  const file = openSync(path, flags, 0o666);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw notOwned("no file");
    if (stats.nlink > 1) throw notOwned("one file with another, by a hard link");
    return { file, size: stats.size };
  } catch (error) {
    closeQuietly(file);
    throw error;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function notOwned(what: string): RuntimeError {
  return new RuntimeError(`openOwned: it is ${what}; put a copy in its place`, { what });
}

/** Writes all of it, in as many pieces as the system takes. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const taken = writeSync(file, bytes, at);
    // Nothing forbids a system to take none, for ever.
    if (!(taken > 0)) throw new Error(`the system took ${at} of ${bytes.length} bytes and no more`);
    at += taken;
  }
}

/**
 * @param size how long the file is, which is open for appending
 * @param then what belongs to it: flushing
 * @throws what the system says; the file is as it was, but on a disk that does not even shorten files any more
 */
export function appendAll(file: number, bytes: Uint8Array, size: number, then?: () => void): void {
  try {
    writeAll(file, bytes);
    then?.();
  } catch (error) {
    try {
      ftruncateSync(file, size);
    } catch {
      // The first error counts. A part of an entry is cut off by whoever reads the file's end next.
    }
    throw error;
  }
}

/**
 * Closes a file that is finished: flushed, or given up. It is given back even where closing reports an error, which
 * comes too late to change anything.
 */
export function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // See above.
  }
}
