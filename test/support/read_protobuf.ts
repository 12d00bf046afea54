// Reads a protocol buffer by field numbers, for tests of what writes one.

export interface Message {
  number(field: number): number;
  numbers(field: number): number[];
  text(field: number): string;
  texts(field: number): string[];
  bytes(field: number): Uint8Array;
  message(field: number): Message;
  messages(field: number): Message[];
}

/** @throws a wire type other than integer and bytes, or an end in the middle of a field */
export function readProtobuf(content: Uint8Array): Message {
  const fields: { field: number; value: number | Uint8Array }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= content.length) throw new Error("readProtobuf: it ends in the middle of a field.");
      const byte = content[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < content.length) {
    const key = varint();
    const [field, wireType] = [key >>> 3, key & 7];
    const value = varint();
    if (wireType === 0) fields.push({ field, value });
    else if (wireType !== 2) throw new Error(`readProtobuf: field ${field} has wire type ${wireType}.`);
    else {
      if (at + value > content.length) throw new Error("readProtobuf: it ends in the middle of a field.");
      fields.push({ field, value: content.slice(at, at + value) });
      at += value;
    }
  }
  const all = <T extends number | Uint8Array>(field: number): T[] =>
    fields.filter((entry) => entry.field === field).map(({ value }) => value as T);
  const texts = (field: number): string[] => all<Uint8Array>(field).map((value) => new TextDecoder().decode(value));
  const messages = (field: number): Message[] => all<Uint8Array>(field).map(readProtobuf);
  return {
    number: (field) => all<number>(field)[0],
    numbers: (field) => all<number>(field),
    text: (field) => texts(field)[0],
    texts,
    bytes: (field) => all<Uint8Array>(field)[0],
    message: (field) => messages(field)[0],
    messages,
  };
}
