// Changes of bytes that know no format: what a bad disk, a bad line or an impatient attacker makes of a file.

import type { Random } from "./random.ts";

const CHANGES: readonly ((random: Random, bytes: Uint8Array) => Uint8Array)[] = [
  (random, bytes) => flipped(bytes, random.below(bytes.length), random.below(8)),
  (random, bytes) => written(bytes, random.below(bytes.length), [random.next() & 255]),
  (random, bytes) => written(bytes, random.below(bytes.length), random.bytes(random.between(1, 8))),
  (random, bytes) => written(bytes, random.below(bytes.length), integer(random)),
  (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  (random, bytes) => bytes.slice(random.below(Math.min(8, bytes.length))),
  (random, bytes) => concat(bytes, random.bytes(random.between(1, 16))),
  (random, bytes) => {
    const [from, to, at] = [random.below(bytes.length), random.below(bytes.length), random.below(bytes.length)];
    const piece = bytes.slice(Math.min(from, to), Math.max(from, to));
    return random.oneIn(2) ? written(bytes, at, piece) : concat(bytes.slice(0, at), piece, bytes.slice(at));
  },
  (random, bytes) => {
    const at = random.below(bytes.length);
    return concat(bytes.slice(0, at), bytes.slice(at + random.between(1, 16)));
  },
];

/** One to three of them. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let n = random.between(1, 3); n > 0 && result.length > 0; n--) result = random.pick(CHANGES)(random, result);
  return result;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function written(bytes: Uint8Array, at: number, piece: ArrayLike<number>): Uint8Array {
  const result = bytes.slice();
  for (let i = 0; i < piece.length && at + i < result.length; i++) result[at + i] = piece[i];
  return result;
}

/** An integer of 2, 4 or 8 bytes in either order. */
function integer(random: Random): Uint8Array {
  const bytes = new Uint8Array(8);
  const isLittle = random.oneIn(2);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(random.edge()), isLittle);
  const size = random.pick([2, 4, 8]);
  return isLittle ? bytes.slice(0, size) : bytes.slice(8 - size);
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  return written(bytes, at, [bytes[at] ^ (1 << bit)]);
}
