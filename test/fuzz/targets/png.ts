// PNG, with CRCs and Adler sums as they should be, so that what lies behind them is reached.
//
// Garbage: a picture of another size than its header says, or of other pixels than a plain reader makes of the file: one
// that follows the specification step by step, with zlib, and knows no limit. A file whose pixels that one reads must not be
// refused for them.

import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from "node:zlib";
import { decodePng } from "../../../data/decode_png.ts";
import { crc32 } from "../../../lib/base/crc32.ts";
import { DataError } from "../../../lib/base/errors.ts";
import type { Picture } from "../../../lib/data/picture.ts";
import { CHANNELS, PNG_SIGNATURE, pngChunk, pngPasses } from "../../support/png.ts";
import { concat, mutateBytes } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import { type FuzzTarget, LIMIT_MS } from "../target.ts";
import { stored } from "./gzip.ts";

/** Promised for whatever is accepted, of up to 64 million pixels; a small picture has the time of any call. */
const LARGE_PICTURE_MS = 300;
const LARGE_PICTURE = 1_000_000;

export const target: FuzzTarget<Picture> = {
  name: "png",
  errors: [DataError],
  mutate: (random) => {
    if (random.oneIn(1000)) return enormous(random);
    const file = fileOf(random, randomChunks(random));
    if (!random.oneIn(8)) return file;
    const changed = mutateBytes(random, file);
    return random.oneIn(2) ? repaired(changed) : changed;
  },
  read: (input) => decodePng(input, "the file", { maxSide: maxSideOf(input) }),
  garbage: (picture, input) => {
    const { width, height, data } = picture;
    const claimed = sizeOf(input);
    const step = Math.max(1, Math.ceil(Math.max(claimed.width, claimed.height) / maxSideOf(input)));
    const isSize = width === Math.ceil(claimed.width / step) && height === Math.ceil(claimed.height / step);
    if (!isSize) return `${width} × ${height} of a header of ${claimed.width} × ${claimed.height}`;
    if (data.length !== 4 * width * height) return `${data.length} bytes for ${width} × ${height}`;
    if (claimed.width * claimed.height > LARGE_PICTURE) return null;
    const expected = pixelsOf(input);
    return typeof expected === "string" ? expected : difference(picture, expected, claimed.width, step);
  },
  wronglyRefused: (input, error) => {
    // Only where the reader speaks of the pixels: then zlib must find a fault in them too, or another number of them.
    if (!/of its pixels, |holds more pixels|is truncated; \d+ × /.test((error as Error).message)) return null;
    return typeof pixelsOf(input) === "string" ? null : "pixels that zlib and a plain reader take";
  },
  describe: ({ width, height, data }) => `${width} × ${height}, CRC ${crc32(data as Uint8Array).toString(16)}`,
  repair: repaired,
  limitMs: (input) => {
    const { width, height } = sizeOf(input);
    return width * height > LARGE_PICTURE ? LARGE_PICTURE_MS : LIMIT_MS;
  },
  leastRefusals: 20,
};

interface Chunk {
  type: string;
  data: Uint8Array;
}

interface Header {
  width: number;
  height: number;
  depth: number;
  colourType: number;
  isInterlaced: boolean;
}

const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => ({ colourType: 0, depth })),
  ...[1, 2, 4, 8].map((depth) => ({ colourType: 3, depth })),
  ...[2, 4, 6].flatMap((colourType) => [8, 16].map((depth) => ({ colourType, depth }))),
];
function randomChunks(random: Random): Chunk[] {
  const side = (): number => (random.oneIn(40) ? random.between(1, 400) : random.between(1, 12));
  const kind = random.oneIn(20)
    ? { colourType: random.below(8), depth: random.pick([0, 1, 3, 8, 16, 32]) }
    : random.pick(KINDS);
  const header: Header = { width: side(), height: side(), ...kind, isInterlaced: random.oneIn(3) };
  const raw = rowsOf(random, header);
  const palette = { type: "PLTE", data: random.bytes(paletteBytes(random, header)) };
  const transparency = { type: "tRNS", data: transparencyOf(random, header, palette.data.length / 3) };
  const isPalette = header.colourType === 3;
  const chunks: Chunk[] = [
    { type: "IHDR", data: strained(random, headerBytes(header)) },
    ...((isPalette ? !random.oneIn(20) : random.oneIn(12)) ? [palette] : []),
    ...(random.oneIn(3) ? [transparency] : []),
    ...(random.oneIn(6)
      ? [{ type: random.pick(["tEXt", "gAMA", "zTXt", "iCCP", "acTL", "prIv"]), data: random.bytes(random.below(20)) }]
      : []),
    ...pieces(random, compressed(random, raw)),
    { type: "IEND", data: random.bytes(random.oneIn(40) ? 1 : 0) },
  ];
  return random.oneIn(6) ? disordered(random, chunks) : chunks;
}

function headerBytes({ width, height, depth, colourType, isInterlaced }: Header): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([depth, colourType, 0, 0, isInterlaced ? 1 : 0], 8);
  return data;
}

/** At times with a side, a field or a length that does not fit. */
function strained(random: Random, data: Uint8Array): Uint8Array {
  if (random.oneIn(20)) new DataView(data.buffer).setUint32(random.pick([0, 4]), random.edge());
  if (random.oneIn(30)) data[random.between(8, 12)] = random.next() & 255;
  return random.oneIn(60) ? data.slice(0, random.below(13)) : data;
}

/** Filter bytes and pixels of every row, or nearly so. */
function rowsOf(random: Random, header: Header): Uint8Array {
  const rows = passesOf(header).flatMap(({ rowBytes, rows: count }) =>
    Array.from({ length: count }, () => {
      const row = random.oneIn(3) ? new Uint8Array(1 + rowBytes).fill(random.next() & 255) : random.bytes(1 + rowBytes);
      row[0] = random.oneIn(300) ? random.next() & 255 : random.below(5);
      return row;
    }),
  );
  const raw = concat(...rows);
  if (!random.oneIn(12)) return raw;
  return random.oneIn(2)
    ? raw.subarray(0, random.below(raw.length + 1))
    : concat(raw, random.bytes(random.between(1, 64)));
}

function passesOf({ width, height, depth, colourType, isInterlaced }: Header) {
  const bits = depth * (CHANNELS[colourType] ?? 1);
  return pngPasses(isInterlaced).flatMap(([x, y, dx, dy]) => {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return columns > 0 && rows > 0 ? [{ x, y, dx, dy, columns, rows, rowBytes: Math.ceil((columns * bits) / 8) }] : [];
  });
}

function paletteBytes(random: Random, { depth }: Header): number {
  if (random.oneIn(12)) return random.pick([0, 1, 2, 4, 3 * 256, 3 * 257, 5000]);
  // Fewer colours than indices: what points beyond them has none.
  return 3 * Math.min(256, random.oneIn(3) ? random.between(1, 4) : 1 << depth);
}

function transparencyOf(random: Random, { colourType }: Header, colours: number): Uint8Array {
  if (random.oneIn(12)) return random.bytes(random.below(9));
  const size = colourType === 3 ? random.between(0, Math.max(1, Math.floor(colours))) : colourType === 0 ? 2 : 6;
  return random.bytes(Math.min(size, 256)).map((byte, i) => (colourType !== 3 && i % 2 === 0 ? 0 : byte));
}

/** zlib's frame: mostly around plain blocks, which cost nothing to make. */
function compressed(random: Random, raw: Uint8Array): Uint8Array {
  if (random.oneIn(3)) return deflated(random, raw);
  const frame = random.oneIn(40) ? random.bytes(2) : Uint8Array.of(0x78, 0x01);
  const sum = random.oneIn(40) ? random.bytes(random.below(6)) : adler32(raw);
  return concat(frame, stored(random, raw), sum, random.bytes(random.oneIn(30) ? random.between(1, 8) : 0));
}

const STRATEGIES = [
  ...[constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FILTERED],
];

/** As zlib does it, in all its ways, and at times with a few bits of it changed. */
function deflated(random: Random, raw: Uint8Array): Uint8Array {
  const options = {
    ...{ level: random.between(1, 9), strategy: random.pick(STRATEGIES), memLevel: random.between(1, 9) },
    windowBits: random.between(9, 15),
  };
  const data = deflateSync(raw, options);
  if (random.oneIn(8)) data[random.below(data.length)] ^= 1 << random.below(8);
  return data;
}

function adler32(bytes: Uint8Array): Uint8Array {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255);
}

/** The pixels in one or several chunks, some of them empty. */
function pieces(random: Random, data: Uint8Array): Chunk[] {
  const cuts = Array.from({ length: random.oneIn(4) ? random.below(4) : 0 }, () => random.below(data.length + 1));
  const bounds = [0, ...cuts.sort((a, b) => a - b), data.length];
  return bounds.slice(1).map((end, i) => ({ type: "IDAT", data: data.subarray(bounds[i], end) }));
}

/** One chunk left out, twice, elsewhere, foreign, or under another's name. */
function disordered(random: Random, chunks: readonly Chunk[]): Chunk[] {
  const result = [...chunks];
  const at = random.below(chunks.length);
  const { data } = chunks[at];
  const elsewhere = random.below(chunks.length);
  switch (random.below(5)) {
    case 0:
      result.splice(at, 1);
      break;
    case 1:
      result.splice(elsewhere, 0, chunks[at]);
      break;
    case 2:
      result.splice(elsewhere, 0, ...result.splice(at, 1));
      break;
    case 3:
      result.splice(at, 0, { type: random.pick(STRANGERS), data: random.bytes(random.below(9)) });
      break;
    default:
      result[at] = { type: chunks[elsewhere].type, data };
  }
  return result;
}

const STRANGERS = ["ABCD", "abcd", "ID\u0000T", "IDAt", "I\u009bAT", "PLTE", "tRNS", "IEND"];

function fileOf(random: Random, chunks: readonly Chunk[]): Uint8Array {
  const signature = random.oneIn(200) ? random.bytes(8) : PNG_SIGNATURE;
  const whole = chunks.map(({ type, data }) => {
    const bytes = pngChunk(type, data);
    if (random.oneIn(300)) new DataView(bytes.buffer).setUint32(0, random.edge());
    if (random.oneIn(300)) bytes[bytes.length - 1] ^= 1;
    return bytes;
  });
  return concat(signature, ...whole, random.bytes(random.oneIn(30) ? random.below(20) : 0));
}

/** Few bytes that claim, or really hold, very many pixels. */
function enormous(random: Random): Uint8Array {
  const [width, height] = random.pick([
    [1, 64_000_000],
    [64_000_000, 1],
    [1, 6_000_000],
    [8000, 8000],
    [5600, 5600],
    [1200, 1200],
    [30_000, 30_000],
    [0x7fffffff, 1],
    [0x7fffffff, 0x7fffffff],
    [65536, 65536],
  ]);
  const kind = random.pick(KINDS);
  const header: Header = { width, height, ...kind, isInterlaced: random.oneIn(3) };
  const size = passesOf(header).reduce((sum, { rowBytes, rows }) => sum + rows * (1 + rowBytes), 0);
  return concat(
    PNG_SIGNATURE,
    pngChunk("IHDR", headerBytes(header)),
    ...(kind.colourType === 3 ? [pngChunk("PLTE", new Uint8Array(3))] : []),
    pngChunk("IDAT", zeros(random.oneIn(3) ? 2 ** 20 : Math.min(size, 2 ** 28))),
    pngChunk("IEND", new Uint8Array(0)),
  );
}

const MIB = new Uint8Array(2 ** 20);
const DEFLATED_MIB = deflateRawSync(MIB, { finishFlush: constants.Z_FULL_FLUSH });

/** As zlib has that many zeros: the same block again and again. */
function zeros(size: number): Uint8Array {
  const blocks = Array.from({ length: Math.floor(size / MIB.length) }, () => DEFLATED_MIB);
  const rest = deflateRawSync(MIB.subarray(0, size % MIB.length));
  // Of zeros, one sum stays 1 and the other counts.
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, (size % 65521) * 65536 + 1);
  return concat(Uint8Array.of(0x78, 0x01), ...blocks, rest, sum);
}

/** One in eight is averaged down to few pixels. */
function maxSideOf(input: Uint8Array): number {
  return input.length % 8 === 0 ? 5 : 1024;
}

/** What the header claims; nothing where there is none. */
function sizeOf(input: Uint8Array): { width: number; height: number } {
  if (input.length < 24) return { width: 0, height: 0 };
  const view = new DataView(input.buffer, input.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** The chunks up to the first that is not whole. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    chunks.push({
      type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, end - 4),
    });
    at = end;
  }
  return chunks;
}

/** With right CRCs, and where the pixels can be inflated, their right sum. */
function repaired(bytes: Uint8Array): Uint8Array {
  const chunks = readChunks(bytes);
  const pixels = concat(...chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  const last = chunks.map(({ type }) => type).lastIndexOf("IDAT");
  try {
    const sum = adler32(inflateRawSync(pixels.subarray(2, -4), { maxOutputLength: 2 ** 20 }));
    const { data } = chunks[last];
    if (data.length >= 4) chunks[last] = { type: "IDAT", data: concat(data.subarray(0, -4), sum) };
  } catch {
    // Then there is no sum to put right.
  }
  return concat(PNG_SIGNATURE, ...chunks.map(({ type, data }) => pngChunk(type, data)));
}

/** All pixels as RGBA, unrounded, by a plain reader; what is wrong with them where it cannot read them. */
function pixelsOf(input: Uint8Array): Float64Array | string {
  const all = readChunks(input);
  const chunks = all.slice(
    0,
    all.findIndex(({ type }) => type === "IEND"),
  );
  const of = (name: string): Uint8Array =>
    concat(...chunks.filter(({ type }) => type === name).map((chunk) => chunk.data));
  const [ihdr, palette, transparency] = [of("IHDR"), of("PLTE"), of("tRNS")];
  const header: Header = { ...sizeOf(input), depth: ihdr[8], colourType: ihdr[9], isInterlaced: ihdr[12] === 1 };
  const passes = passesOf(header);
  const size = passes.reduce((sum, { rowBytes, rows }) => sum + rows * (1 + rowBytes), 0);
  if (header.width * header.height > LARGE_PICTURE) return "more pixels than are compared";
  let raw: Uint8Array;
  try {
    raw = inflateSync(of("IDAT"), { maxOutputLength: size + 1 });
  } catch (error) {
    return `pixels that do not inflate: ${(error as Error).message}`;
  }
  if (raw.length !== size) return "another number of pixels than the header claims";
  const pixels = new Float64Array(4 * header.width * header.height);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, rowBytes } of passes) {
    let above = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; row++) {
      if (raw[at] > 4) return `filter ${raw[at]}`;
      above = unfiltered(raw[at], raw.subarray(at + 1, at + 1 + rowBytes), above, header);
      at += 1 + rowBytes;
      for (let column = 0; column < columns; column++) {
        const place = 4 * ((y + row * dy) * header.width + x + column * dx);
        const pixel = pixelOf(above, column, header, palette, transparency);
        if (pixel === null) return "an index beyond the palette";
        pixels.set(pixel, place);
      }
    }
  }
  return pixels;
}

/** Where the picture is not what they come to, each square of `step` pixels a side averaged; null where it is. */
function difference(
  { width, height, data }: Picture,
  pixels: Float64Array,
  columns: number,
  step: number,
): string | null {
  const rows = pixels.length / 4 / columns;
  for (let i = 0; i < width * height; i++) {
    const [left, top] = [(i % width) * step, Math.floor(i / width) * step];
    const [red, green, blue, alpha] = meanOf(pixels, columns, [left, top], [columns, rows], step);
    const found = data.subarray(4 * i, 4 * i + 4);
    const isSame = [red, green, blue].every((value, c) => alpha < 1 || Math.abs(value - found[c]) < 1);
    if (isSame && Math.abs(alpha - found[3]) < 1) continue;
    return `pixel (${i % width}, ${Math.floor(i / width)}) as ${found} instead of ${[red, green, blue, alpha]}`;
  }
  return null;
}

function meanOf(
  pixels: Float64Array,
  columns: number,
  [left, top]: readonly number[],
  [right, bottom]: readonly number[],
  step: number,
): number[] {
  const sums = [0, 0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(top + step, bottom); y++) {
    for (let x = left; x < Math.min(left + step, right); x++, count++) {
      // Averages are made of bytes.
      const [red, green, blue, alpha] = pixels
        .subarray(4 * (y * columns + x), 4 * (y * columns + x) + 4)
        .map(Math.round);
      for (const [c, value] of [red, green, blue].entries()) sums[c] += value * alpha;
      sums[3] += alpha;
    }
  }
  const [red, green, blue, alpha] = sums;
  return [red / alpha, green / alpha, blue / alpha, alpha / count];
}

function unfiltered(filter: number, row: Uint8Array, above: Uint8Array, { depth, colourType }: Header) {
  const step = Math.max(1, (depth * CHANNELS[colourType]) >> 3);
  const result = new Uint8Array(row.length);
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [result[i - step] ?? 0, above[i], i < step ? 0 : above[i - step]];
    const p = a + b - c;
    const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
    const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    result[i] = row[i] + [0, a, b, (a + b) >> 1, paeth][filter];
  }
  return result;
}

/** RGBA, unrounded; null where the palette has no such colour. */
function pixelOf(
  row: Uint8Array,
  column: number,
  header: Header,
  palette: Uint8Array,
  transparency: Uint8Array,
): number[] | null {
  const { depth, colourType } = header;
  const channels = CHANNELS[colourType];
  const samples = Array.from({ length: channels }, (_, c) => sampleOf(row, column * channels + c, depth));
  if (colourType === 3) {
    const [index] = samples;
    if (3 * index + 2 >= palette.length) return null;
    return [...palette.subarray(3 * index, 3 * index + 3), transparency[index] ?? 255];
  }
  const scaled = samples.map((value) => (value * 255) / (2 ** depth - 1));
  const colour = colourType === 0 || colourType === 4 ? [scaled[0], scaled[0], scaled[0]] : scaled.slice(0, 3);
  if (colourType === 4) return [...colour, scaled[1]];
  if (colourType === 6) return [...colour, scaled[3]];
  const isKey =
    transparency.length > 0 &&
    samples.every((value, c) => value === transparency[2 * c] * 256 + transparency[2 * c + 1]);
  return [...colour, isKey ? 0 : 255];
}

function sampleOf(row: Uint8Array, index: number, depth: number): number {
  if (depth === 16) return row[2 * index] * 256 + row[2 * index + 1];
  const bit = index * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
