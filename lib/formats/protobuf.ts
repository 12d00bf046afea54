// Protocol buffers, written: a message is a row of fields, each a key and its content. A field here is the bytes of
// both, a message the fields one behind another.
//
//   key = number·8 + wire type, as a varint
//   0   varint       seven bits a byte, the lowest first; the highest bit says that more follow
//   1   fixed64      eight bytes, little-endian: double
//   2   bytes        their length as a varint, then they: text, bytes, messages, packed numbers
//   5   fixed32      four bytes, little-endian: float
//
// Source: https://protobuf.dev/programming-guides/encoding

import { OptionError } from "../base/errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const FIELD_MAX = 2 ** 29 - 1;

/** An int64, int32, enum or bool field. @throws {OptionError} no safe integer */
export function integer(field: number, value: number): Bytes {
  return concat([key(field, VARINT), varint(value)]);
}

/** An f64 field. */
export function double(field: number, value: number): Bytes {
  const content = new DataView(new ArrayBuffer(8));
  content.setFloat64(0, value, true);
  return concat([key(field, FIXED64), new Uint8Array(content.buffer)]);
}

/** An f32 field. */
export function float(field: number, value: number): Bytes {
  const content = new DataView(new ArrayBuffer(4));
  content.setFloat32(0, value, true);
  return concat([key(field, FIXED32), new Uint8Array(content.buffer)]);
}

export function bytes(field: number, content: Uint8Array): Bytes {
  return concat([key(field, BYTES), varint(content.length), content]);
}

export function text(field: number, content: string): Bytes {
  return bytes(field, new TextEncoder().encode(content));
}

/** A message inside a message. */
export function message(field: number, fields: readonly Uint8Array[]): Bytes {
  return bytes(field, concat(fields));
}

/** A repeated integer field in its packed form. @throws {OptionError} no safe integer */
export function packedIntegers(field: number, values: readonly number[]): Bytes {
  return message(field, values.map(varint));
}

/** The bytes of the outermost message: its fields one behind another. */
export function concat(fields: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(fields.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of fields) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function key(field: number, wireType: number): Bytes {
  if (!(Number.isInteger(field) && field >= 1 && field <= FIELD_MAX)) {
    throw new OptionError(`protobuf: a field's number must be an integer from 1 to ${FIELD_MAX}; got ${field}.`, {
      field,
    });
  }
  return varint(field * 8 + wireType);
}

/** A negative number takes ten bytes: those of its 64-bit two's complement. */
function varint(value: number): Bytes {
  if (!Number.isSafeInteger(value)) {
    throw new OptionError(`protobuf: an integer must be within ±2^53; got ${value}.`, { value });
  }
  const result: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) result.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...result, Number(rest));
}
