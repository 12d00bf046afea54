// IDX, a format for images and labels, as for any array of bytes: a magic number, the dimensions, the bytes.
//
//   offset 0   u32 big-endian   0x000008RR: two zeros, 08 for u8, the rank
//   offset 4   u32 big-endian   each dimension in turn
//   then       u8               the elements, row-major, to the end of the file
//
// Source: http://yann.lecun.com/exdb/mnist/ (as archived), "the IDX file format".

import { byteArray, check, checkOptions, integer, string } from "../base/check.ts";
import { DataError, formatShape } from "../base/errors.ts";
import { fileType } from "../base/file_type.ts";
import { sizeOf } from "../tensor/shape.ts";

export interface IdxArray {
  readonly shape: readonly number[];
  /** A view of the bytes that were read, not a copy. */
  readonly data: Uint8Array;
}

const U8_MAGIC = 0x0800;
const MAX_RANK = 4;
const MAX_ITEM_BYTES = 2 ** 31;

/**
 * Reads an IDX file of unsigned bytes, and accepts nothing that is not exactly one.
 *
 * @param bytes the whole file, decompressed
 * @param fileName as messages call it
 * @param options.rank the rank it must have, 3 for images, 1 for labels; default: any from 1 to 4
 * @throws {DataError} gzip, another magic, dtype or rank, a length that does not follow from the dimensions, or items
 *   without a byte or of more than 2³¹
 * @example const { shape, data } = readIdx(bytes, "images-idx3-ubyte", { rank: 3 }); // [N, H, W]
 */
export function readIdx(bytes: Uint8Array, fileName = "the file", options: { rank?: number } = {}): IdxArray {
  check("readIdx", "bytes", bytes, byteArray);
  check("readIdx", "fileName", fileName, string);
  checkOptions("readIdx", options, { rank: integer(1, MAX_RANK) });
  if (bytes.length < 4) {
    throw new DataError(`readIdx: ${fileName} is truncated; it has ${bytes.length} bytes, and the magic alone has 4.`, {
      fileName,
      sizeBytes: bytes.length,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const rank = magic - U8_MAGIC;
  if (options.rank === undefined ? rank < 1 || rank > MAX_RANK : rank !== options.rank) {
    throw new DataError(
      `readIdx: bad magic ${hex(magic)} in ${fileName}, expected ${expectedMagic(options.rank)}. ${guess(magic, bytes, fileName)}`,
      { fileName, magic },
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new DataError(
      `readIdx: ${fileName} is truncated; it has ${bytes.length} bytes, and its header of rank ${rank} has ${headerBytes}.`,
      { fileName, sizeBytes: bytes.length, expectedBytes: headerBytes },
    );
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A dimension of 0 would hide any others: only the first may be one, which counts what there is.
  const itemBytes = sizeOf(shape.slice(1));
  if (itemBytes < 1 || itemBytes > MAX_ITEM_BYTES) {
    throw new DataError(
      `readIdx: ${fileName} claims ${formatShape(shape)}, items of ${itemBytes} bytes. Fetch it again.`,
      {
        fileName,
        shape,
      },
    );
  }
  const expectedBytes = headerBytes + shape[0] * itemBytes;
  if (bytes.length !== expectedBytes) {
    throw new DataError(
      `readIdx: ${fileName} ${bytes.length < expectedBytes ? "is truncated" : "is too long"}; ` +
        `${formatShape(shape)} needs ${expectedBytes} bytes, it has ${bytes.length}. Fetch it again.`,
      { fileName, shape, sizeBytes: bytes.length, expectedBytes },
    );
  }
  return { shape, data: bytes.subarray(headerBytes) };
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}

function expectedMagic(rank: number | undefined): string {
  return rank === undefined ? `${hex(U8_MAGIC + 1)} to ${hex(U8_MAGIC + MAX_RANK)}` : hex(U8_MAGIC + rank);
}

/** What the file may be instead, from its first bytes. */
function guess(magic: number, bytes: Uint8Array, fileName: string): string {
  if (magic >>> 8 === U8_MAGIC >>> 8) {
    return `Its rank is ${magic & 0xff}; were images (rank 3) and labels (rank 1) mixed up?`;
  }
  const type = fileType(bytes);
  if (magic >>> 16 === 0 && (type === null || type.kind === "idx")) {
    return "It holds another dtype; only u8 (08) is read.";
  }
  if (type === null) return `Is ${fileName} an IDX file?`;
  const remedy = {
    archive: "; decompress it first",
    text: ", sent in place of the file or saved under its name; fetch it again",
    picture: "",
    drawing: "",
    data: "",
  }[type.group];
  return `This is ${type.what}${remedy}.`;
}
