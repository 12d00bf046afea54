// Bytes into an open file: all of them, or none.

import { closeSync, ftruncateSync, writeSync } from "node:fs";

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
