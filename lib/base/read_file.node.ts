// readFileBounded: the bytes of a file, whatever somebody has put in its place: a device without end, a pipe that nobody
// writes to, gigabytes of nothing.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { DataError } from "./errors.ts";

/** Some systems lack one or the other: they have no pipes among their files, either. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;
/** Of a file that does not say how large it is, as in /proc. */
const FIRST_BYTES = 4096;

/**
 * Opens a file for reading without waiting for anybody: opening a pipe would else last until somebody writes to it.
 *
 * @returns the open file, which the caller closes
 * @throws what the system says
 */
export function openToRead(path: string): number {
  return openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

/**
 * All that is in a regular file. A link is followed.
 *
 * @param maxBytes what its reader can use at most: nothing larger is read, nor memory taken for it
 * @throws {DataError} it is a device, a pipe or a socket, or larger; the message does not name it, as the system's does not
 * @throws what the system says, where it cannot be read
 * @example readFileBounded("run.json", 2 ** 20).toString()
 */
export function readFileBounded(path: string, maxBytes: number): Buffer {
  const file = openToRead(path);
  try {
    return readOpenFile(file, fstatSync(file), maxBytes);
  } finally {
    closeSync(file);
  }
}

/** The same of an open file, from its start. @param stats of it */
export function readOpenFile(file: number, stats: Stats, maxBytes: number): Buffer {
  const kind = specialKind(stats);
  if (kind !== null) throw new DataError(`readFileBounded: it is ${kind}, not a file`, { kind });
  if (stats.size > maxBytes) throw tooLarge(maxBytes);
  // One byte more than it has shows that it ends there; it may grow meanwhile.
  let bytes = Buffer.allocUnsafeSlow(Math.min(stats.size || FIRST_BYTES, maxBytes) + 1);
  for (let size = 0; ; ) {
    const taken = readSync(file, bytes, size, bytes.length - size, size);
    size += taken;
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (taken === 0) return bytes.subarray(0, size);
    if (size < bytes.length) continue;
    const larger = Buffer.allocUnsafeSlow(Math.min(2 * size, maxBytes + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

/** What it is that is neither a file nor a folder; null where it is either. */
export function specialKind(stats: Stats): string | null {
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return stats.isCharacterDevice() || stats.isBlockDevice() ? "a device" : null;
}

function tooLarge(maxBytes: number): DataError {
  const limit = maxBytes < 2 ** 20 ? `${maxBytes} bytes` : `${Math.floor(maxBytes / 2 ** 20)} MiB`;
  return new DataError(`readFileBounded: it is larger than ${limit}`, { maxBytes });
}
