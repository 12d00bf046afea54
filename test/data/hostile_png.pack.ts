// What the worst pictures take: those that are accepted, and those that are refused.

import { constants, deflateSync, type ZlibOptions } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureCosts } from "../support/picture_cost.ts";
import { CHANNELS, pngChunk, pngFile, pngHeader, pngPasses } from "../support/png.ts";

const test = suite("hostile pictures");

const END = pngChunk("IEND", new Uint8Array(0));
const PAETH = 4;
interface Kind {
  depth: number;
  colourType: number;
  isInterlaced?: boolean;
  /** Of all rows; default Paeth's, the slowest. */
  filter?: number;
  /** Bytes that look like chance, and do not compress; default: zeros. */
  isNoise?: boolean;
  deflate?: ZlibOptions;
}

const NOISE_BYTES = Uint8Array.from({ length: 999_983 }, (_, i) => (Math.imul(i ^ (i >> 7), 0x9e3779b1) >>> 15) % 24);

/** Rows as they are before compression. */
function rowsOf(width: number, height: number, kind: Kind): Uint8Array {
  const { depth, colourType, isInterlaced = false, filter = PAETH, isNoise = false } = kind;
  const passes = pngPasses(isInterlaced).map(([x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    if (columns <= 0 || rows <= 0) return new Uint8Array(0);
    const stride = 1 + Math.ceil((columns * depth * CHANNELS[colourType]) / 8);
    const bytes = new Uint8Array(rows * stride);
    for (let at = 0; isNoise && at < bytes.length; at += NOISE_BYTES.length) {
      bytes.set(NOISE_BYTES.subarray(0, bytes.length - at), at);
    }
    for (let row = 0; row < rows; row++) bytes[row * stride] = filter;
    return bytes;
  });
  return Buffer.concat(passes);
}

function hostile(width: number, height: number, kind: Kind): Uint8Array {
  return pngFile(
    pngHeader(width, height, kind.depth, kind.colourType, [0, 0, kind.isInterlaced ? 1 : 0]),
    ...(kind.colourType === 3
      ? [
          pngChunk(
            "PLTE",
            new Uint8Array(3 << kind.depth).map((_, i) => i * 7),
          ),
        ]
      : []),
    pngChunk("IDAT", deflateSync(rowsOf(width, height, kind), kind.deflate)),
    END,
  );
}

/** Of one bit: squares as large as what is averaged into one pixel, so that there are as many marks as there can be. */
function specks(side: number): Uint8Array {
  const stride = 1 + side / 8;
  const square = side / 1024;
  const rows = new Uint8Array(side * stride).fill(255);
  for (let y = 0; y < side; y++) {
    rows[y * stride] = 0;
    if (Math.floor(y / square) % 2 === 0) continue;
    for (let x = square; x + square < side; x += 2 * square) {
      for (let i = x; i < x + square; i++) rows[y * stride + 1 + (i >> 3)] &= ~(0x80 >> (i & 7));
    }
  }
  return pngFile(pngHeader(side, side, 1, 0), pngChunk("IDAT", deflateSync(rows)), END);
}

const CODES_ALONE = { strategy: constants.Z_HUFFMAN_ONLY };
const NOISE = { isNoise: true, deflate: CODES_ALONE };

test("the most costly that are accepted are read in 64 MiB and a fraction of a second, one after another", () => {
  const costs = pictureCosts({
    "one bit, A4 at 600 dpi": () => hostile(4960, 7016, { depth: 1, colourType: 0, filter: 1, isNoise: true }),
    grey: () => hostile(4000, 4000, { depth: 8, colourType: 0, ...NOISE }),
    "RGBA of a 4K screen": () => hostile(3840, 2160, { depth: 8, colourType: 6 }),
    "interlaced RGBA": () => hostile(2000, 2000, { depth: 8, colourType: 6, isInterlaced: true, ...NOISE }),
    "interlaced, one bit": () => hostile(4400, 4400, { depth: 1, colourType: 0, filter: 0, isInterlaced: true }),
    "16 bits": () => hostile(2500, 2500, { depth: 16, colourType: 0, ...NOISE }),
    "a palette": () => hostile(4000, 4000, { depth: 8, colourType: 3, filter: 0, isNoise: true }),
    "small blocks": () =>
      hostile(1000, 1000, { depth: 8, colourType: 2, isNoise: true, deflate: { memLevel: 1, ...CODES_ALONE } }),
    "a speck beside every speck": () => specks(5120),
    "as tall as can be": () => hostile(900, 32768, { depth: 1, colourType: 0 }),
    "a photograph of 12 million pixels": () => hostile(4032, 3024, { depth: 8, colourType: 2, ...NOISE }),
    "the same with transparency": () => hostile(4032, 3024, { depth: 8, colourType: 6, ...NOISE }),
    "1 pixel wide": () => hostile(1, 32768, { depth: 8, colourType: 6, isNoise: true }),
  });
  for (const { name, message, cpuMs, addedMiB } of costs) {
    assert.is(message, "accepted", name);
    // A third of that on a machine without other work.
    assert.ok(cpuMs < 2000 && addedMiB < 64, `${name}: ${cpuMs} ms, ${addedMiB} MiB`);
  }
});

test("what claims more is refused at once, whatever it would take", () => {
  const pixels = pngChunk("IDAT", deflateSync(new Uint8Array(8_000_000)));
  const claim = (width: number, height: number, depth: number, colourType: number, interlace: number) =>
    pngFile(pngHeader(width, height, depth, colourType, [0, 0, interlace]), pixels, END);
  const files: Record<string, () => Uint8Array> = {};
  for (const interlace of [0, 1]) {
    for (const [width, height, depth, colourType] of [
      [1, 64_000_000, 1, 0],
      [64_000_000, 1, 1, 0],
      [1, 6_000_000, 1, 0],
      [8000, 8000, 1, 0],
      [6000, 6000, 16, 6],
      [32_769, 1, 1, 0],
    ]) {
      const name = `${width}x${height} ${depth} ${colourType} ${interlace}`;
      files[name] = () => claim(width, height, depth, colourType, interlace);
    }
  }
  for (const { name, message, cpuMs, addedMiB } of pictureCosts(files)) {
    assert.match(message, /claims \d+ × \d+ pixels; at most|takes too long to decode/, name);
    assert.ok(cpuMs < 100 && addedMiB < 64, `${name}: ${cpuMs} ms, ${addedMiB} MiB`);
  }
});

/** A stream of a zlib header, and then the same bytes again and again. */
function blocks(pattern: readonly number[], length: number): Uint8Array {
  const stream = Uint8Array.from({ length }, (_, i) => (i < 2 ? [0x78, 0x9c][i] : pattern[(i - 2) % pattern.length]));
  return pngFile(pngHeader(9, 9, 8, 0), pngChunk("IDAT", stream), END);
}

test("what turns out to take too long is refused before it does", () => {
  const costs = pictureCosts({
    "14 million pixels with transparency": () => hostile(4320, 3240, { depth: 8, colourType: 6, ...NOISE }),
    "stored blocks of no bytes": () => blocks([0, 0, 0, 255, 255], 20_000_002),
    // Of ten bits each: not the last, fixed codes, the end.
    "blocks of fixed codes without symbols": () => blocks([0x02, 0x08, 0x20, 0x80, 0x00], 12_000_002),
  });
  for (const { name, message, cpuMs } of costs) {
    assert.match(message, "takes too long to decode", name);
    assert.ok(cpuMs < 2000, `${name}: ${cpuMs} ms`);
  }
});

test("chunks that are not needed are never inflated, and only so many chunks are read", () => {
  const bomb = Uint8Array.from([...new TextEncoder().encode("icc\0\0"), ...deflateSync(new Uint8Array(60_000_000))]);
  const pixels = pngChunk("IDAT", deflateSync(Uint8Array.of(0, 7)));
  const header = pngHeader(1, 1, 8, 0);
  const costs = pictureCosts({
    "a bomb as a colour profile": () => pngFile(header, pngChunk("iCCP", bomb), pngChunk("zTXt", bomb), pixels, END),
    "a comment of 30 MB": () => pngFile(header, pngChunk("tEXt", new Uint8Array(30e6)), pixels, END),
    "a million chunks": () => {
      const empty = pngChunk("IDAT", new Uint8Array(0));
      const many = Uint8Array.from({ length: 1e6 * empty.length }, (_, i) => empty[i % empty.length]);
      return Buffer.concat([pngFile(header), many, pixels, END]);
    },
  });
  assert.equal(
    costs.map(({ message }) => message),
    ["accepted", "accepted", "decodePng: hostile.png has more than 65536 chunks."],
  );
  for (const { name, cpuMs, addedMiB } of costs)
    assert.ok(cpuMs < 400 && addedMiB < 64, `${name}: ${cpuMs} ms, ${addedMiB} MiB`);
});

test.run();
