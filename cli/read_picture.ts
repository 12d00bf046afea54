// The bytes of a picture: from a file, or standard input.

import { open } from "node:fs/promises";
import process from "node:process";
import { DataError } from "../lib/index.ts";
import { describeSystemError } from "./report_error.ts";

/** Far more than any picture of a digit; anything larger is not read into memory. */
const MAX_BYTES = 64 << 20;

/**
 * @param file a path, or "-"
 * @throws {DataError} it cannot be read, or is too large
 */
export async function readPicture(file: string): Promise<Uint8Array> {
  try {
    return await collect(file === "-" ? process.stdin : await openFile(file), file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(describeSystemError(`infer: cannot read ${file}`, error), { file });
  }
}

async function openFile(path: string): Promise<NodeJS.ReadableStream> {
  const handle = await open(path);
  return handle.createReadStream();
}

async function collect(stream: NodeJS.ReadableStream, file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new DataError(`infer: ${file} is larger than ${MAX_BYTES >> 20} MiB.`, { file });
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
