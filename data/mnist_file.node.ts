// One of MNIST's files: decompressed within bounds, and proven to be what it should.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { DataError } from "../lib/base/errors.ts";
import { readFileBounded } from "../lib/base/read_file.node.ts";
import { reasonOf, systemCode } from "../lib/base/system_error.ts";
import { fileBytes, type MnistFile } from "./mnist.ts";
import { type MnistContent, proveContent } from "./mnist_content.ts";

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
 * @param maxBytes what it may hold; anything larger is refused before it takes memory
 */
export function gunzipWithin(bytes: Uint8Array, maxBytes: number, where: string): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `it holds more than the ${maxBytes} bytes expected` : (error as Error).message;
    throw new DataError(`loadMnist: cannot decompress ${where}; ${why}. Fetch it again.`, { where });
  }
}
