// gzip around IDX, as data sets come: decompressed under a limit, then read.
//
// Garbage: more bytes than the limit, or content whose CRC-32 and length do not stand in the file.

import { deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import { gunzipWithin } from "../../../data/mnist_file.node.ts";
import { crc32 } from "../../../lib/base/crc32.ts";
import { DataError } from "../../../lib/base/errors.ts";
import { concat, mutateBytes, utf8 } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";
import { idxFile } from "./idx.ts";

const LIMIT = 65536;
const MAGIC = [0x1f, 0x8b];
const [HEADER_CRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16];

export const target: FuzzTarget<Uint8Array> = {
  name: "gzip",
  errors: [DataError],
  mutate: (random) => {
    const members = Array.from({ length: random.oneIn(12) ? random.between(0, 3) : 1 }, () => member(random));
    const file = concat(...members, random.bytes(random.oneIn(12) ? random.between(1, 20) : 0));
    if (!random.oneIn(4)) return file;
    const changed = mutateBytes(random, file);
    return random.oneIn(2) ? repaired(changed) : changed;
  },
  read: (input) => gunzipWithin(input, LIMIT, "the file"),
  garbage: (content, input) => {
    if (content.length > LIMIT) return content === input ? null : `${content.length} bytes of at most ${LIMIT}`;
    if (content === input) return MAGIC.every((byte, i) => input[i] === byte) ? "gzip taken for its content" : null;
    const trailer = trailerOf(content);
    // Of several members each has a trailer of its own content.
    const isOne = Buffer.from(input).indexOf(Buffer.from(MAGIC), 2) < 0;
    return isOne && Buffer.from(input).lastIndexOf(trailer) < 0 ? "content of another CRC or length" : null;
  },
  describe: (content) => `${content.length} bytes, CRC ${crc32(content).toString(16)}`,
  repair: repaired,
  leastRefusals: 8,
};

const BOMB = gzipSync(new Uint8Array(16 * 2 ** 20));

function member(random: Random): Uint8Array {
  if (random.oneIn(200)) return BOMB;
  const content = random.oneIn(20) ? random.bytes(random.below(LIMIT + 2)) : idxFile(random);
  const [flags, fields] = optionalFields(random);
  const method = random.oneIn(40) ? random.next() & 255 : 8;
  const header = concat(Uint8Array.of(...MAGIC, method, flags, 0, 0, 0, 0, 0, random.pick([3, 255])), fields);
  const withCrc = flags & HEADER_CRC ? concat(header, u16(random.oneIn(4) ? 0 : crc32(header))) : header;
  const body = random.oneIn(3) ? deflateRawSync(content, { level: 1 }) : stored(random, content);
  const trailer = random.oneIn(12) ? random.bytes(random.below(12)) : trailerOf(content);
  return concat(withCrc, body, trailer);
}

function optionalFields(random: Random): [flags: number, fields: Uint8Array] {
  if (!random.oneIn(3)) return [0, new Uint8Array(0)];
  const flags = random.oneIn(8) ? random.next() & 255 : random.next() & (HEADER_CRC | EXTRA | NAME | COMMENT);
  const extra = random.bytes(random.below(20));
  return [
    flags,
    concat(
      flags & EXTRA ? concat(u16(random.oneIn(8) ? random.edge() : extra.length), extra) : new Uint8Array(0),
      flags & NAME ? utf8("t10k\u001b[2J\0") : new Uint8Array(0),
      flags & COMMENT ? utf8(`comment${random.oneIn(8) ? "" : "\0"}`) : new Uint8Array(0),
    ),
  ];
}

/** Deflate's blocks of plain bytes; one of their lengths may lie. */
export function stored(random: Random, content: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length || at === 0; at += 65535) {
    const piece = content.subarray(at, at + 65535);
    const isLast = at + 65535 >= content.length;
    const length = random.oneIn(60) ? random.edge() & 0xffff : piece.length;
    blocks.push(Uint8Array.of(isLast ? 1 : 0), u16(length), u16(random.oneIn(60) ? length : ~length), piece);
  }
  return concat(...blocks);
}

function trailerOf(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, crc32(content), true);
  new DataView(bytes.buffer).setUint32(4, content.length, true);
  return bytes;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >> 8) & 255);
}

/** With the trailer of what the body behind a header of ten bytes inflates to; as it is where that is nothing. */
function repaired(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 18 || bytes[3] !== 0) return bytes;
  const body = bytes.subarray(10, -8);
  try {
    return concat(bytes.subarray(0, 10), body, trailerOf(inflateRawSync(body, { maxOutputLength: LIMIT })));
  } catch {
    return bytes;
  }
}
