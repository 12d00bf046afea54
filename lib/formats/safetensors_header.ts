// The header of a safetensors file, read strictly: what it says is checked before it is believed.

import { formatShape } from "../base/errors.ts";
import { type Fields, isFields } from "../base/fields.ts";
import { parseJson } from "../base/parse_json.ts";
import { printable, printableName } from "../base/printable.ts";
import { sizeOf } from "../tensor/shape.ts";

/** What holds the elements of each type. */
export const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

const MAX_RANK = 32;

export type StoredDType = keyof typeof ARRAYS;

/** One tensor: bytes [begin, end) of the data. */
export interface HeaderEntry {
  name: string;
  dtype: StoredDType;
  shape: number[];
  begin: number;
  end: number;
}

/** Throws, naming the file. */
export type Fail = (problem: string, details?: Record<string, unknown>) => never;

/** @param dataBytes how many bytes follow the header: the tensors must cover exactly these */
export function readHeader(
  header: Uint8Array,
  dataBytes: number,
  fail: Fail,
): { entries: HeaderEntry[]; metadata: Record<string, string> } {
  const { __metadata__, ...tensors } = parseObject(header, fail);
  const entries = Object.entries(tensors).map(([name, value]) => readEntry(name, value, fail));
  checkCover(entries, dataBytes, fail);
  return { entries, metadata: readMetadata(__metadata__, fail) };
}

function parseObject(header: Uint8Array, fail: Fail): Fields {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    // Not UTF-8, so no JSON; nor is "".
  }
  const value = parseJson(text, (name) => fail(`its header has ${printable(name)} twice`, { name }));
  if (value === undefined) return fail("its header is not JSON, or nested more than 64 deep");
  if (!isFields(value)) return fail("its header is not a JSON object");
  if (!isBareObject(text)) return fail("its header is not a JSON object with nothing but spaces behind it");
  return value;
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {};
  if (!isFields(value)) return fail("its __metadata__ is not an object of texts");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string")
      fail(`its __metadata__ has ${printable(text)} as ${printableName(key)}, which is no text`);
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, fail: Fail): HeaderEntry {
  const broken = (problem: string): never => fail(`${printableName(name)} ${problem}`, { name });
  if (!isFields(value)) return broken("is not described by an object");
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const [extra] = Object.keys(others);
  if (extra !== undefined) return broken(`has the unknown field ${printable(extra)}`);
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
    return broken(dtype === undefined ? "has no dtype" : `has the unknown dtype ${printable(dtype)}`);
  }
  if (!isListOfCounts(shape) || shape.length > MAX_RANK) {
    return broken(`has no shape of at most ${MAX_RANK} integers ≥ 0`);
  }
  if (!isListOfCounts(offsets) || offsets.length !== 2) return broken("has no two offsets ≥ 0");
  const [begin, end] = offsets;
  // Before the sizes are multiplied: a product beyond 2^53 would be rounded, or hidden by a 0 behind it.
  if (!Number.isSafeInteger(sizeOf(shape.filter((dim) => dim > 0)))) {
    return broken(`has a shape of more than 2^53 elements, ${printable(shape)}`);
  }
  const needed = sizeOf(shape) * ARRAYS[dtype as StoredDType].BYTES_PER_ELEMENT;
  if (end - begin !== needed) {
    return broken(`holds ${end - begin} bytes, but ${dtype} ${formatShape(shape)} takes ${needed}`);
  }
  return { name, dtype: dtype as StoredDType, shape, begin, end };
}

/** In the order of their offsets, each tensor must begin where the one before it ends. */
function checkCover(entries: readonly HeaderEntry[], dataBytes: number, fail: Fail): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const fault = begin > at ? "leaving a hole after" : "overlapping";
      fail(`${printableName(name)} begins at byte ${begin} of the data, ${fault} ${at}`, { name });
    }
    if (end > dataBytes)
      fail(`${printableName(name)} ends at byte ${end} of the data, of which there are ${dataBytes}`, { name });
    at = end;
  }
  if (at !== dataBytes) fail(`its tensors end at byte ${at} of the data, of which there are ${dataBytes}`);
}

/** JSON allows white space of all kinds around it; the format begins with the brace, and pads with spaces. */
function isBareObject(json: string): boolean {
  let end = json.length;
  while (json[end - 1] === " ") end--;
  return json[0] === "{" && json[end - 1] === "}";
}

/** Of integers from 0 to 2⁵³ − 1; −0 does not count as one. */
export function isListOfCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0 && !Object.is(count, -0))
  );
}
