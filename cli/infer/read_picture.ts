// The bytes of a picture: from a file, or standard input.

import { createReadStream, readFileSync, statSync } from "node:fs";
import process from "node:process";
import { describeSystemError } from "../../lib/base/system_error.ts";
import { DataError } from "../../lib/index.ts";

/** Far more than any picture of a digit; anything larger is not read into memory. */
const MAX_BYTES = 64 << 20;

/**
 * @param file a path, or "-"
 * @throws {DataError} it cannot be read, or is too large
 */
export async function readPicture(file: string): Promise<Uint8Array> {
  try {
    if (file === "-") return await collect(process.stdin, file);
    // At once, where it is a file: a stream of Node's takes longer to set up than to read one. A pipe may keep us waiting.
    const stats = statSync(file);
    if (stats.isFile() && stats.size > MAX_BYTES) throw tooLarge(file);
    if (stats.isFile()) return readFileSync(file);
    return await collect(createReadStream(file), file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(describeSystemError(`infer: cannot read ${file}`, error), { file });
  }
}

async function collect(stream: NodeJS.ReadableStream, file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge(file);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

function tooLarge(file: string): DataError {
  return new DataError(`infer: ${file} is larger than ${MAX_BYTES >> 20} MiB.`, { file });
}
