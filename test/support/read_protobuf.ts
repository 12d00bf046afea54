// Reads a protocol buffer by field numbers, for tests of what writes one.

export interface Message {
  number(field: number): number;
  numbers(field: number): number[];
  /** The integers of a packed field. */
  packed(field: number): number[];
  float(field: number): number;
  double(field: number): number;
  text(field: number): string;
  texts(field: number): string[];
  bytes(field: number): Uint8Array;
  message(field: number): Message;
  messages(field: number): Message[];
  /** The numbers of all fields, in the order of the bytes. */
  fields: number[];
}

const FIXED_BYTES: Record<number, number> = { 1: 8, 5: 4 };

/** @throws a wire type that there is no longer, or an end in the middle of a field */
export function readProtobuf(content: Uint8Array): Message {
  const fields: { field: number; value: number | Uint8Array }[] = [];
  const source = new Reader(content);
  while (!source.isAtEnd) {
    const key = source.varint();
    const [field, wireType] = [key >>> 3, key & 7];
    if (wireType === 0) fields.push({ field, value: source.varint() });
    else if (wireType === 2) fields.push({ field, value: source.take(source.varint()) });
    else if (wireType in FIXED_BYTES) fields.push({ field, value: source.take(FIXED_BYTES[wireType]) });
    else throw new Error(`readProtobuf: field ${field} has wire type ${wireType}.`);
  }
  const all = <T extends number | Uint8Array>(field: number): T[] =>
    fields.filter((entry) => entry.field === field).map(({ value }) => value as T);
  const view = (field: number): DataView => new DataView(all<Uint8Array<ArrayBuffer>>(field)[0].buffer);
  const texts = (field: number): string[] => all<Uint8Array>(field).map((value) => new TextDecoder().decode(value));
  const messages = (field: number): Message[] => all<Uint8Array>(field).map(readProtobuf);
  return {
    number: (field) => all<number>(field)[0],
    numbers: (field) => all<number>(field),
    packed: (field) => all<Uint8Array>(field).flatMap(readVarints),
    float: (field) => view(field).getFloat32(0, true),
    double: (field) => view(field).getFloat64(0, true),
    text: (field) => texts(field)[0],
    texts,
    bytes: (field) => all<Uint8Array>(field)[0],
    message: (field) => messages(field)[0],
    messages,
    fields: fields.map(({ field }) => field),
  };
}

function readVarints(content: Uint8Array): number[] {
  const source = new Reader(content);
  const values: number[] = [];
  while (!source.isAtEnd) values.push(source.varint());
  return values;
}

class Reader {
  private at = 0;

  constructor(private readonly content: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at === this.content.length;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.content.length) throw new Error("readProtobuf: it ends in the middle of a field.");
    this.at += length;
    return this.content.slice(this.at - length, this.at);
  }

  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const [byte] = this.take(1);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  }
}
