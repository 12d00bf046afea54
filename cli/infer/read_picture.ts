// The bytes of a picture: from a file, a pipe, or standard input.

import { closeSync, fstatSync, readSync } from "node:fs";
import process from "node:process";
import { openToRead, readOpenFile } from "../../lib/base/read_file.node.ts";
import { describeSystemError, systemCode } from "../../lib/base/system_error.ts";
import { DataError } from "../../lib/index.ts";

/** What decodePicture takes at most; anything larger is not read into memory. */
const MAX_BYTES = 32 << 20;

/** As messages call it. @param file a path, or "-" */
export function pictureName(file: string): string {
  return file === "-" ? "standard input" : file;
}

/**
 * @param file a path, or "-"
 * @throws {DataError} it cannot be read, or is too large
 */
export async function readPicture(file: string): Promise<Uint8Array> {
  try {
    return file === "-" ? await collect(process.stdin, file) : await readNamed(file);
  } catch (error) {
    if (error instanceof DataError && error.op === "infer") throw error;
    throw new DataError(describeSystemError(`infer: cannot read ${pictureName(file)}`, error), { file });
  }
}

async function readNamed(path: string): Promise<Uint8Array> {
  const file = openToRead(path);
  let isTaken = false;
  try {
    const stats = fstatSync(file);
    if (!stats.isFIFO()) return readOpenFile(file, stats, MAX_BYTES);
    const first = readIfThere(file);
    if (first?.length === 0) throw new DataError(`infer: ${path} is a pipe that nobody writes to.`, { file: path });
    // A shell's <(command), whose bytes come when they are ready. The socket closes it.
    const { Socket } = await import("node:net");
    isTaken = true;
    return await collect(new Socket({ fd: file, readable: true, writable: false }), path, first);
  } finally {
    if (!isTaken) closeSync(file);
  }
}

/** What a pipe holds now: nothing where nobody has it open to write; null where somebody has, and has not written yet. */
function readIfThere(pipe: number): Buffer | null {
  const bytes = Buffer.alloc(2 ** 16);
  try {
    return bytes.subarray(0, readSync(pipe, bytes));
  } catch (error) {
    if (systemCode(error) === "EAGAIN") return null;
    throw error;
  }
}

async function collect(stream: NodeJS.ReadableStream, file: string, first: Buffer | null = null): Promise<Uint8Array> {
  const chunks: Buffer[] = first ? [first] : [];
  let size = first?.length ?? 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new DataError(`infer: ${pictureName(file)} is larger than ${MAX_BYTES >> 20} MiB.`, { file });
    }
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
