// The safetensors format: a header in JSON, and the tensors' bytes one behind another.
//
//   u64 little-endian   length of the header
//   header              {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …,
//                        "__metadata__": {"key": "text", …}}, padded with spaces
//   data                offsets count from here; no holes, no overlaps, nothing behind
//
// Source: https://github.com/huggingface/safetensors#format

import { arrayType } from "../base/array_type.ts";
import { byteArray, check, object, string } from "../base/check.ts";
import { CheckpointError } from "../base/errors.ts";
import { fileType } from "../base/file_type.ts";
import { printable, printableName } from "../base/printable.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { ARRAYS, type Fail, isListOfCounts, readHeader, type StoredDType } from "./safetensors_header.ts";

/** A tensor as a file holds it. */
export interface StoredTensor {
  dtype: StoredDType;
  shape: Shape;
  /** Row-major, in the array type of `dtype`; half floats as their bits. */
  data: InstanceType<(typeof ARRAYS)[StoredDType]>;
}

export interface Safetensors {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** Readers refuse longer headers. That of the CNN takes 1 KB. */
const MAX_HEADER_BYTES = 1 << 20;
const LENGTH_BYTES = 8;

/**
 * @param tensors  by name; written with the largest elements first, so that all are aligned
 * @param metadata texts by name
 * @throws {CheckpointError} an unknown dtype, an array of another type or length than dtype and shape say, metadata that
 *   are no texts, or too long a header
 * @example encodeSafetensors({ w: { dtype: "F32", shape: [2], data: new Float32Array(2) } })
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  check("encodeSafetensors", "tensors", tensors, object);
  check("encodeSafetensors", "metadata", metadata, object);
  for (const [name, tensor] of Object.entries(tensors)) checkStoredTensor("encodeSafetensors", name, tensor);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new CheckpointError(
        `encodeSafetensors: metadata are texts; ${printableName(key)} is ${printable(value)}.`,
        {
          key,
        },
      );
    }
  }
  const entries = Object.entries(tensors).sort(
    (a, b) => ARRAYS[b[1].dtype].BYTES_PER_ELEMENT - ARRAYS[a[1].dtype].BYTES_PER_ELEMENT,
  );
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    header.push([name, { dtype, shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new CheckpointError(
      `encodeSafetensors: the header takes ${headerBytes} bytes, of at most ${MAX_HEADER_BYTES}. Shorten the metadata.`,
      { headerBytes },
    );
  }
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a file, each in its own array.
 *
 * @param fileName as messages should say it
 * @throws {CheckpointError} anything the format forbids: a header that is too long, not JSON or has a key twice,
 *   an unknown dtype, a shape that does not fit its bytes, holes, overlaps, bytes that are missing or left over
 *
 * Cost: one copy. Whatever the content, it is read or refused in time in proportion to its length.
 */
export function decodeSafetensors(bytes: Uint8Array, fileName = "the file"): Safetensors {
  return readSafetensors("decodeSafetensors", bytes, fileName);
}

/** @internal The same, for the function `op`. */
export function readSafetensors(op: string, bytes: Uint8Array, fileName: string): Safetensors {
  check(op, "bytes", bytes, byteArray);
  check(op, "fileName", fileName, string);
  const fail: Fail = (problem, details = {}) => {
    const message = otherFormat(bytes, fileName) ?? `is damaged, or not a safetensors file: ${problem}.`;
    throw new CheckpointError(`${op}: ${fileName} ${message}`, { fileName, ...details });
  };
  const dataStart = findData(bytes, fail);
  const { entries, metadata } = readHeader(bytes.subarray(LENGTH_BYTES, dataStart), bytes.length - dataStart, fail);
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, StoredTensor] => {
    const own = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
    return [name, { dtype, shape, data: new ARRAYS[dtype](own.buffer) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** @internal @throws {CheckpointError} what no file can hold */
export function checkStoredTensor(op: string, name: string, tensor: unknown): void {
  const { dtype, shape, data } = (tensor ?? {}) as Partial<StoredTensor>;
  const isFit =
    name !== "__metadata__" &&
    typeof dtype === "string" &&
    Object.hasOwn(ARRAYS, dtype) &&
    arrayType(data) === ARRAYS[dtype].name &&
    isListOfCounts(shape) &&
    (data as Float32Array).length === sizeOf(shape);
  if (isFit) return;
  const isNamed = typeof dtype === "string" && Array.isArray(shape);
  const got = isNamed ? `its array is ${printable(data)} of ${data?.length}` : `got ${printable(tensor)}`;
  throw new CheckpointError(
    `${op}: ${printableName(name)} is not ${isNamed ? `${dtype} ${printable(shape)}` : "{ dtype, shape, data }"}; ${got}.`,
    { name, dtype, shape },
  );
}

/** What a file is that does not begin as this format does, and how to make one of it; null where that is not known. */
function otherFormat(bytes: Uint8Array, fileName: string): string | null {
  const type = bytes[LENGTH_BYTES] === 0x7b ? null : fileType(bytes);
  if (!type) return null;
  const writer: Record<string, string> = { zip: "writes", pickle: "wrote before version 1.6" };
  if (!Object.hasOwn(writer, type.kind)) return `is ${type.what}, not a safetensors file.`;
  return (
    `is ${type.what}, as PyTorch's torch.save ${writer[type.kind]}, not a safetensors file. Convert it in Python: ` +
    `import torch, safetensors.torch; safetensors.torch.save_file(torch.load(${printable(fileName)}, map_location="cpu"), "model.safetensors")`
  );
}

/** Where the data begin. */
function findData(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < LENGTH_BYTES) return fail(`it has ${bytes.length} bytes, too few for the header's length`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > MAX_HEADER_BYTES) {
    return fail(`its header claims ${headerBytes} bytes, of at most ${MAX_HEADER_BYTES}`);
  }
  const start = LENGTH_BYTES + Number(headerBytes);
  if (start > bytes.length) return fail(`its header claims ${headerBytes} bytes, but the file has ${bytes.length}`);
  return start;
}
