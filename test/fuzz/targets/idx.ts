// IDX: decompressed files of images and labels.
//
// Garbage: a shape whose product is not the number of bytes, a rank that was not asked for, or bytes from elsewhere than
// behind the header.

import { DataError } from "../../../lib/base/errors.ts";
import { type IdxArray, readIdx } from "../../../lib/data/idx.ts";
import { concat, mutateBytes } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<IdxArray> = {
  name: "idx",
  errors: [DataError],
  mutate: (random) => {
    const file = idxFile(random);
    return random.oneIn(3) ? mutateBytes(random, file) : file;
  },
  // As its readers ask: images, labels, or anything; which of them, the last byte says.
  read: (input) => readIdx(input, "the file", RANKS[(input.at(-1) ?? 0) % 3]),
  garbage: ({ shape, data }, input) => {
    const { rank = shape.length } = RANKS[(input.at(-1) ?? 0) % 3];
    const size = shape.reduce((product, dim) => product * BigInt(dim), 1n);
    const start = 4 + 4 * shape.length;
    if (size !== BigInt(data.length)) return `a shape of ${size} elements with ${data.length} bytes`;
    if (shape.length !== rank || rank < 1 || rank > 4) return `rank ${shape.length} where ${rank} is read`;
    if (data.byteOffset !== input.byteOffset + start || data.length !== input.length - start) return "other bytes";
    return shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0) ? "a dimension that is no count" : null;
  },
  describe: ({ shape }) => `[${shape}]`,
  leastRefusals: 8,
};

const RANKS: readonly { rank?: number }[] = [{ rank: 3 }, { rank: 1 }, {}];

/** Whole, or with a header that does not fit. */
export function idxFile(random: Random): Uint8Array {
  const rank = random.oneIn(8) ? random.below(8) : random.pick([1, 3, 3, 2, 4]);
  const shape = Array.from({ length: rank }, () => (random.oneIn(8) ? random.edge() : random.between(0, 6)));
  if (random.oneIn(30)) return overflowing(random);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const offset = random.oneIn(6) ? random.between(-2, 2) : 0;
  const data = random.bytes(Math.max(0, Math.min(size, 4096) + offset));
  return concat(headerOf(random, shape), data);
}

/** Dimensions whose product wraps or is rounded, or that a 0 behind them hides. */
function overflowing(random: Random): Uint8Array {
  const large = [0x7fffffff, 0x80000000, 0xffffffff, 65536, 2147483646];
  const shape = Array.from({ length: random.between(2, 4) }, () =>
    random.oneIn(3) ? random.below(10) : random.pick(large),
  );
  const wrapped = Number(
    BigInt.asUintN(
      32,
      shape.reduce((product, dim) => product * BigInt(dim), 1n),
    ),
  );
  return concat(headerOf(random, shape), random.bytes(Math.min(wrapped, 64)));
}

function headerOf(random: Random, shape: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length);
  bytes[2] = random.oneIn(16) ? random.pick([0, 9, 0x0b, 0x0d, 0xff]) : 8;
  bytes[3] = shape.length;
  for (const [axis, dim] of shape.entries()) new DataView(bytes.buffer).setUint32(4 + 4 * axis, dim);
  return bytes;
}
