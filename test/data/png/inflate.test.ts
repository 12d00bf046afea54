import { constants, deflateSync, inflateSync, type ZlibOptions } from "node:zlib";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inflate } from "../../../data/png/inflate.ts";
import { DeflateWriter } from "../../support/deflate_writer.ts";

const test = suite("inflate");

interface Outcome {
  bytes: Buffer;
  work: number;
}

/** Gives the stream in pieces of a size, and collects what comes out. */
function inflated(stream: Uint8Array, piece = 1 << 20): Outcome {
  const parts: Buffer[] = [];
  let at = 0;
  let work = 0;
  inflate({
    read(target, from, to) {
      const count = Math.min(piece, to - from, stream.length - at);
      target.set(stream.subarray(at, at + count), from);
      at += count;
      return count;
    },
    write: (bytes) => parts.push(Buffer.from(bytes)),
    spend(more) {
      work += more;
    },
    fail(what) {
      throw new RangeError(what);
    },
  });
  return { bytes: Buffer.concat(parts), work };
}

function refusal(stream: Uint8Array): string {
  try {
    inflated(stream);
  } catch (error) {
    assert.instance(error, RangeError);
    return (error as Error).message;
  }
  return "accepted";
}

/** Reproducible bytes: `levels` values, in runs of up to `run`. */
function content(size: number, levels: number, run: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let at = 0; at < size; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = 1 + ((state >>> 8) % run);
    bytes.fill((state >>> 20) % levels, at, Math.min(size, at + length));
    at += length;
  }
  return bytes;
}

const WAYS: [string, ZlibOptions][] = [
  ["by default", {}],
  ["stored", { level: 0 }],
  ["at its best", { level: 9 }],
  ["with fixed codes", { strategy: constants.Z_FIXED }],
  ["with codes alone", { strategy: constants.Z_HUFFMAN_ONLY }],
  ["with runs alone", { strategy: constants.Z_RLE }],
  ["in small blocks", { memLevel: 1 }],
  ["with a small window", { windowBits: 9 }],
];

for (const [title, options] of WAYS) {
  test(`what was compressed ${title} comes back, in whatever pieces it is read`, () => {
    for (const [size, levels, run] of [
      [0, 1, 1],
      [1, 256, 1],
      [300, 3, 9],
      [70_000, 256, 1],
      [200_000, 20, 3],
      [500_000, 2, 1000],
    ]) {
      const bytes = content(size, levels, run, size + levels);
      const stream = deflateSync(bytes, options);
      for (const piece of [1, 7, 1 << 20]) {
        if (piece === 1 && stream.length > 100_000) continue;
        assert.is(Buffer.compare(inflated(stream, piece).bytes, bytes), 0, `${size} bytes in pieces of ${piece}`);
      }
    }
  });
}

test("what stands behind the checksum is not read", () => {
  const stream = deflateSync(content(1000, 9, 3, 1));
  assert.is(inflated(Buffer.concat([stream, Buffer.alloc(70_000, 7)])).bytes.length, 1000);
});

test("every truncation is refused", () => {
  for (const options of [{}, { level: 0 }, { strategy: constants.Z_FIXED }]) {
    const stream = deflateSync(content(400, 50, 4, 5), options);
    for (let length = 0; length < stream.length; length++) {
      assert.is.not(refusal(stream.subarray(0, length)), "accepted", `${length} of ${stream.length} bytes`);
    }
  }
});

test("headers and blocks that mean nothing are refused", () => {
  const cases: [string, number[]][] = [
    ["no zlib stream", [0x1f, 0x8b, 8, 0]],
    ["no zlib stream", [0x78, 0x9d, 3, 0]],
    ["no zlib stream", [0x88, 0x1c, 3, 0]],
    ["a dictionary", [0x78, 0xbb, 0, 0, 0, 1]],
    ["unknown kind", [0x78, 0x9c, 0b111]],
    ["length of a block", [0x78, 0x9c, 0b001, 1, 0, 0, 0]],
    ["too many codes", [0x78, 0x9c, 0b11111101, 0xff, 0xff]],
    ["before their beginning", [0x78, 0x9c, 3, 2, 0, 0, 0, 0]],
    ["checksum", [0x78, 0x9c, 3, 0, 0, 0, 0, 2]],
  ];
  for (const [message, bytes] of cases) assert.match(refusal(Uint8Array.from(bytes)), message);
});

test("whatever is changed, zlib gives the same bytes, or refuses as well (fuzz)", () => {
  const originals = WAYS.map(([, options], i) => deflateSync(content(3000, 40, 6, i), options));
  const flips = fc.array(fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.nat(WAYS.length - 1), flips, (which, changes) => {
      const stream = Uint8Array.from(originals[which]);
      for (const [at, mask] of changes) stream[at % stream.length] ^= mask;
      let expected: Buffer | null = null;
      try {
        expected = inflateSync(stream);
      } catch {}
      if (expected === null) assert.is.not(refusal(stream), "accepted");
      else assert.is(Buffer.compare(inflated(stream).bytes, expected), 0);
    }),
    { numRuns: 4000, seed: 11 },
  );
});

test("codes of every length up to 15 bits are read", () => {
  const writer = new DeflateWriter();
  // Literals 0 to 14 have 1 to 15 bits, and the end of the block has 15.
  const lengths = Array.from({ length: 257 }, (_, symbol) => (symbol < 15 ? symbol + 1 : symbol === 256 ? 15 : 0));
  const symbols = Array.from({ length: 300 }, (_, i) => (i * 7) % 15);
  const stream = writer.block({ lengths, distanceLengths: [0], symbols }).zlib(Uint8Array.from(symbols));
  assert.equal([...inflateSync(stream)], symbols);
  assert.equal([...inflated(stream).bytes], symbols);
});

test("codes that leave bits without a meaning are refused, but for one of a single symbol", () => {
  const of = (lengths: number[], distanceLengths: number[]): string =>
    refusal(new DeflateWriter().block({ lengths, distanceLengths, symbols: [] }).zlib(new Uint8Array(0)));
  const end = (length: number, literal: number): number[] =>
    Array.from({ length: 257 }, (_, symbol) => (symbol === 256 ? length : symbol === 65 ? literal : 0));
  assert.is(of(end(1, 1), [0]), "accepted");
  assert.is(of(end(1, 0), [0]), "accepted");
  assert.is(of(end(1, 1), [1]), "accepted");
  assert.match(of(end(2, 0), [0]), "codes are damaged");
  assert.match(of(end(1, 2), [0]), "codes are damaged");
  assert.match(of(end(1, 1), [2, 2]), "codes are damaged");
  assert.match(of(end(0, 1), [0]), "codes are damaged");
});

test("tiny blocks, each with codes of its own, are counted as what they take", () => {
  const writer = new DeflateWriter();
  const lengths = Array.from({ length: 258 }, (_, symbol) => (symbol < 254 ? 8 : 9));
  for (let block = 0; block < 1000; block++)
    writer.block({ lengths, distanceLengths: [0], symbols: [0] }, block === 999);
  const stream = writer.zlib(new Uint8Array(1000));
  const { bytes, work } = inflated(stream);
  assert.is(bytes.length, 1000);
  assert.ok(work > 5e6, `${work} ns for ${stream.length} bytes`);
});

test.run();
