// One of MNIST's files: decompressed within bounds, and proven to be what it should.

import { createHash } from "node:crypto";
import { constants, gunzipSync } from "node:zlib";
import { DataError } from "../lib/base/errors.ts";
import { readFileBounded } from "../lib/base/read_file.node.ts";
import { reasonOf, systemCode } from "../lib/base/system_error.ts";
import { fileBytes, type MnistFile } from "./mnist.ts";
import { type MnistContent, proveContent } from "./mnist_content.ts";

/** What is decompressed for a look at the dimensions: 4 MiB at most. */
const HEAD_BYTES = 4096;
/** What deflate makes of a byte at most: 258 bytes of two bits. */
const MOST_PER_BYTE = 1032;

/**
 * The elements of a file, compressed or not, after its SHA-256 was checked.
 *
 * @param files what it may be: the original, and perhaps the sample of it, which is shorter
 * @param where the path or URL, for messages
 * @throws {DataError} damaged gzip, not IDX, another shape, or other content
 */
export function readMnistFile(bytes: Uint8Array, files: readonly MnistFile[], where: string): MnistContent {
  const plain = gunzipWithin(bytes, Math.max(...files.map(fileBytes)), where);
  const sha256Of = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
  return proveContent(plain, files, { op: "loadMnist", where, other: "say its name", sha256Of });
}

/** @throws {DataError} it cannot be read, is no file, or is larger than that */
export function readBytes(path: string, maxBytes: number): Uint8Array {
  try {
    return readFileBounded(path, maxBytes);
  } catch (error) {
    const code = systemCode(error);
    throw new DataError(`loadMnist: cannot read ${path}; ${code ?? reasonOf(error)}.`, { path, code });
  }
}

/**
 * What is in a gzip file; any other as it is.
 *
 * @param maxBytes what it may hold; anything larger is refused before it takes memory, and anything larger than the
 *   dimensions of an IDX file at its beginning say
 */
export function gunzipWithin(bytes: Uint8Array, maxBytes: number, where: string): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  let limit = maxBytes;
  try {
    const claimed = claimedBytes(bytes);
    if (claimed === null) return gunzipSync(bytes, { maxOutputLength: limit });
    limit = Math.min(maxBytes, claimed);
    // In one piece, which takes the memory once; as large as what so few bytes can hold.
    const chunkSize = Math.max(64, Math.min(limit + 1, bytes.length * MOST_PER_BYTE));
    return gunzipSync(bytes, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `it holds more than the ${limit} bytes expected` : (error as Error).message;
    throw new DataError(`loadMnist: cannot decompress ${where}; ${why}. Fetch it again.`, { where });
  }
}

/** What IDX's dimensions at the beginning of a gzip file say that it holds; null where there are none. */
function claimedBytes(bytes: Uint8Array): number | null {
  const head = gunzipSync(bytes.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  const rank = head[3];
  const headerBytes = 4 + 4 * rank;
  if (head.length < headerBytes || head.readUInt32BE(0) !== 0x0800 + rank) return null;
  let size = 1;
  for (let at = 4; at < headerBytes; at += 4) size *= head.readUInt32BE(at);
  return headerBytes + size;
}
