// The guard in front of pngjs, which trusts what a header claims: a width of 2³¹−1 aborts the whole process
// in native zlib, 68 bytes that claim 30,000² take 3.6 GB, and interlaced data inflate without bound.
//
// So, before pngjs sees a byte: size → signature → IHDR → pixels → colour type and depth → chunks, their
// order and CRCs → IDAT inflated within the length that the header implies, which it must have exactly.
//
// Source: the PNG specification, https://www.w3.org/TR/png-3/.

import { inflateSync } from "node:zlib";
import { crc32 } from "../lib/base/crc32.ts";
import { DataError } from "../lib/base/errors.ts";
import { fileType } from "../lib/base/file_type.ts";

export interface PngLimits {
  /** Default 64 million: a sheet of A4 scanned at 600 dpi has 35. */
  maxPixels?: number;
  /** Default 64 MiB. */
  maxFileBytes?: number;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_PIXELS = 64_000_000;
const MAX_FILE_BYTES = 64 * 2 ** 20;
/** 64 million pixels of four bytes; with 16 bits a channel, half as many. */
const MAX_INFLATED_BYTES = 256_100_000;

/** Per colour type: its channels, and the depths it may have. */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] }, // grey
  2: { channels: 3, depths: [8, 16] }, // RGB
  3: { channels: 1, depths: [1, 2, 4, 8] }, // palette
  4: { channels: 2, depths: [8, 16] }, // grey, alpha
  6: { channels: 4, depths: [8, 16] }, // RGB, alpha
};

/** Adam7: each pass's first column and row, and the steps between them. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Proves that a file is a PNG that a decoder can be trusted with.
 *
 * @returns the file rebuilt from the chunks that matter: IHDR, PLTE, tRNS, IDAT and IEND
 * @throws {DataError} anything else, before memory is taken for it
 */
export function guardPng(bytes: Uint8Array, fileName: string, limits: PngLimits = {}): Uint8Array {
  const refuse = (what: string): never => {
    throw new DataError(`decodePng: ${fileName} ${what}.`, { fileName });
  };
  const { maxPixels = MAX_PIXELS, maxFileBytes = MAX_FILE_BYTES } = limits;
  if (bytes.length > maxFileBytes) refuse(`has ${bytes.length} bytes; at most ${maxFileBytes} are read`);
  if (bytes.length === 0) refuse("is empty");
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) refuse(whatInstead(bytes));
  const header = readHeader(bytes, refuse);
  const { width, height, depth, colourType } = header;
  if (width * height > maxPixels) {
    refuse(`claims ${width} × ${height} pixels; at most ${maxPixels} are read. Make it smaller`);
  }
  if (!COLOUR_TYPES[colourType]?.depths.includes(depth)) {
    refuse(`has colour type ${colourType} with ${depth} bits, which PNG does not know`);
  }
  const expectedBytes = inflatedBytes(header);
  if (expectedBytes > MAX_INFLATED_BYTES) {
    refuse(`holds ${expectedBytes} bytes of pixels; at most ${MAX_INFLATED_BYTES} are read. Make it smaller`);
  }
  const chunks = walkChunks(bytes, header, refuse);
  const compressed = concatenate(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  let inflated = 0;
  try {
    inflated = inflateSync(compressed, { maxOutputLength: expectedBytes }).length;
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    refuse(tooLarge ? `holds more pixels than ${width} × ${height}` : `is damaged; ${(error as Error).message}`);
  }
  if (inflated !== expectedBytes) {
    refuse(`is truncated; ${width} × ${height} pixels take ${expectedBytes} bytes, it holds ${inflated}`);
  }
  return concatenate([bytes.subarray(0, 8), ...chunks.map(({ whole }) => whole)]);
}

type Refuse = (what: string) => never;

/** What a file without PNG's signature is, and what can be done with it. */
function whatInstead(bytes: Uint8Array): string {
  if (bytes.length < 8 && bytes.every((byte, i) => byte === SIGNATURE[i]))
    return "is truncated; it is not even 8 bytes";
  const type = fileType(bytes);
  if (type === null) return "is not a PNG picture; its signature is missing";
  const { kind, what, group } = type;
  if (kind === "png")
    return "is a damaged PNG picture; its signature is wrong, as after a copy in text mode. Copy it again";
  if (kind === "data-url" || kind === "base64") {
    return `is ${what}, not a PNG picture; decode its base64, and save the bytes that this gives`;
  }
  const remedy = {
    picture: "open it in an image program and save it as PNG",
    drawing: "export it as PNG, at 100 pixels or more",
    text: "fetch or save the picture itself",
    archive: "unpack the picture first",
    data: "name a picture",
  }[group];
  return `is ${what}, not a PNG picture; ${remedy}`;
}

function readHeader(bytes: Uint8Array, refuse: Refuse): Header {
  if (bytes.length < 33) refuse("is truncated; its header is not whole");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8) !== 13 || typeAt(bytes, 12) !== "IHDR") refuse("does not begin with an IHDR chunk");
  const [depth, colourType, compression, filter, interlace] = bytes.subarray(24, 29);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    refuse(`claims ${width} × ${height} pixels, which no PNG has`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    refuse(`has compression ${compression}, filter ${filter}, interlace ${interlace}, which PNG does not know`);
  }
  return { width, height, depth, colourType, isInterlaced: interlace === 1 };
}

/** What IDAT must inflate to: a filter byte and the packed pixels of each row, pass by pass. */
function inflatedBytes({ width, height, depth, colourType, isInterlaced }: Header): number {
  const bits = depth * COLOUR_TYPES[colourType].channels;
  const rows = (w: number, h: number): number => (w > 0 ? h * (1 + Math.ceil((w * bits) / 8)) : 0);
  if (!isInterlaced) return rows(width, height);
  return PASSES.reduce(
    (sum, [x, y, dx, dy]) =>
      sum + rows(Math.max(0, Math.ceil((width - x) / dx)), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and CRC. */
  readonly whole: Uint8Array;
}

/** The chunks that matter, in order; those that PNG lets a reader skip are checked and left out. */
function walkChunks(bytes: Uint8Array, header: Header, refuse: Refuse): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = 8;
  let previous = "";
  do {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + 12 + length;
    if (end > bytes.length) refuse("is truncated; its last chunk is not whole");
    const type = typeAt(bytes, at + 4);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      refuse(`is damaged; the CRC of its chunk ${JSON.stringify(type)} is wrong`);
    }
    const chunk = { type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    const fault = chunkFault(chunk, previous, chunks, header);
    if (fault) refuse(`is not a valid PNG; ${fault}`);
    if (ORDER.includes(type)) chunks.push(chunk);
    previous = type;
    at = end;
  } while (previous !== "IEND"); // What lies behind the end is nobody's business.
  return chunks;
}

/** The chunks that matter, in the order in which they must come. */
const ORDER = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];

/** What is wrong with a chunk in its place; null where nothing is. */
function chunkFault({ type, data }: Chunk, previous: string, before: readonly Chunk[], header: Header): string | null {
  const { colourType, depth } = header;
  const place = ORDER.indexOf(type);
  if (place < 0) {
    if (!/^[A-Za-z]{4}$/.test(type)) return `a chunk is called ${JSON.stringify(type)}`;
    // A capital first letter: the picture cannot be read without it.
    return /^[A-Z]/.test(type) ? `it needs the unknown chunk ${type}` : null;
  }
  const last = before.length > 0 ? ORDER.indexOf(before[before.length - 1].type) : -1;
  const repeats = place === last;
  if (place < last || (repeats && (type !== "IDAT" || previous !== "IDAT"))) return `its chunk ${type} is out of place`;
  const palette = before.find((chunk) => chunk.type === "PLTE");
  const colours = (palette?.data.length ?? 0) / 3;
  if (type === "PLTE") {
    if (colourType === 0 || colourType === 4) return "a grey picture has a palette";
    const max = colourType === 3 ? 1 << depth : 256;
    if (data.length === 0 || data.length % 3 !== 0 || data.length > 3 * max)
      return `its palette has ${data.length} bytes`;
  } else if (type === "tRNS") {
    const fits =
      colourType === 3
        ? data.length <= colours
        : data.length === ({ 0: 2, 2: 6 } as Record<number, number>)[colourType];
    if (!fits) return `its transparency has ${data.length} bytes`;
  } else if (type === "IDAT") {
    if (colourType === 3 && !palette) return "its palette is missing";
  } else if (type === "IEND") {
    if (!before.some((chunk) => chunk.type === "IDAT")) return "it has no pixels";
    if (data.length > 0) return "its chunk IEND is not empty";
  }
  return null;
}

function typeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
