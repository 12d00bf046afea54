// Reads TensorBoard's event files, for tests of what writes them.

import { crc32c } from "../../lib/base/crc32c.ts";
import { type Message, readProtobuf } from "./read_protobuf.ts";

const MASK = 0xa282ead8;

/** The checksum under the mask: taken off, as readers do it. */
function unmask(masked: number): number {
  const turned = (masked - MASK) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}

/** @throws a checksum is wrong, or the file ends within a record */
export function readEvents(file: Uint8Array): Message[] {
  const records: Message[] = [];
  const view = new DataView(file.buffer);
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    const [ofLength, ofData] = [at + 8, at + 12 + length].map((place) => unmask(view.getUint32(place, true)));
    if (ofLength !== crc32c(file.subarray(at, at + 8)) || ofData !== crc32c(data)) throw new Error("damaged");
    records.push(readProtobuf(data));
    at += length + 16;
  }
  return records;
}

/** The scalars of an event, by tag. */
export function scalarsOf(event: Message): Record<string, number> {
  const values = event.message(5).messages(1);
  return Object.fromEntries(values.map((value) => [value.text(1), value.float(2)]));
}
