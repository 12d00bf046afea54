// One of MNIST's files: decompressed within bounds, and proven to be what it should.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { DataError, formatShape } from "../lib/base/errors.ts";
import { readIdx } from "../lib/data/idx.ts";
import { fileBytes, type MnistFile } from "./mnist.ts";

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The elements of a file, compressed or not, after its SHA-256 was checked.
 *
 * @param where the path or URL, for messages
 * @throws {DataError} damaged gzip, not IDX, another shape, or other content than the original
 */
export function readMnistFile(bytes: Uint8Array, file: MnistFile, where: string): Uint8Array {
  const plain = isGzip(bytes) ? gunzipWithin(bytes, fileBytes(file), where) : bytes;
  const { shape, data } = readIdx(plain, where, { rank: file.shape.length });
  if (shape.some((dim, axis) => dim !== file.shape[axis])) {
    throw new DataError(
      `loadMnist: ${where} holds ${formatShape(shape)}, expected ${formatShape(file.shape)}. Is it another data set?`,
      { where, shape, expected: file.shape },
    );
  }
  const sha256 = createHash("sha256").update(plain).digest("hex");
  if (sha256 !== file.sha256) {
    throw new DataError(
      `loadMnist: ${where} is not the original file; the SHA-256 of its content is ${sha256}, expected ${file.sha256}. ` +
        "It is damaged, or another data set: fetch it again.",
      { where, sha256, expected: file.sha256 },
    );
  }
  return data;
}

/** @param maxBytes what it may hold; anything larger is refused before it takes memory */
function gunzipWithin(bytes: Uint8Array, maxBytes: number, where: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `it holds more than the ${maxBytes} bytes expected` : (error as Error).message;
    throw new DataError(`loadMnist: cannot decompress ${where}; ${why}. Fetch it again.`, { where });
  }
}
