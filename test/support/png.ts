// A PNG writer for tests: every colour type, depth, filter and interlacing, and what a reader must make of it.

import { deflateSync, type ZlibOptions } from "node:zlib";
import { crc32 } from "../../lib/base/crc32.ts";

export interface PngSpec {
  width: number;
  height: number;
  depth: 1 | 2 | 4 | 8 | 16;
  colourType: 0 | 2 | 3 | 4 | 6;
  isInterlaced?: boolean;
  /** RGB triples; for colour type 3. */
  palette?: readonly (readonly [number, number, number])[];
  /** Alphas of the palette, or the one grey or RGB sample that is transparent. */
  transparency?: readonly number[];
  /** The sample of a channel, 0 … 2^depth − 1. */
  sample(x: number, y: number, channel: number): number;
}

/** Samples of a pixel, by colour type. */
export const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Of each pass its first column and row, and the steps between them; written again, so that the reader is not its own judge. */
export function pngPasses(isInterlaced: boolean): typeof WHOLE | typeof ADAM7 {
  return isInterlaced ? ADAM7 : WHOLE;
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

export function pngHeader(width: number, height: number, depth: number, colourType: number, rest = [0, 0, 0]) {
  const data = new Uint8Array(13);
  new DataView(data.buffer).setUint32(0, width);
  new DataView(data.buffer).setUint32(4, height);
  data.set([depth, colourType, ...rest], 8);
  return pngChunk("IHDR", data);
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export function pngFile(...chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([PNG_SIGNATURE, ...chunks]));
}

export interface PngEncoding {
  deflate?: ZlibOptions;
  /** Of a row of a pass, 0 to 4; default: in turn. */
  filters?(row: number): number;
  /** Bytes in a chunk IDAT; default: all. */
  piece?: number;
}

/** The PNG of a specification. */
export function encodePng(spec: PngSpec, encoding: PngEncoding = {}): Uint8Array {
  const { width, height, depth, colourType, isInterlaced = false, palette, transparency } = spec;
  const { deflate, filters = (row) => row % 5, piece = Number.POSITIVE_INFINITY } = encoding;
  const rows = pngPasses(isInterlaced).flatMap((pass) => encodePass(spec, pass, filters));
  const pixels = deflateSync(Uint8Array.from(rows.flat()), deflate);
  const wide = depth === 16 || colourType !== 3;
  return pngFile(
    pngHeader(width, height, depth, colourType, [0, 0, isInterlaced ? 1 : 0]),
    ...(palette ? [pngChunk("PLTE", Uint8Array.from(palette.flat()))] : []),
    ...(transparency
      ? [pngChunk("tRNS", Uint8Array.from(transparency.flatMap((v) => (wide ? [v >> 8, v & 255] : [v]))))]
      : []),
    ...Array.from({ length: Math.ceil(pixels.length / piece) || 1 }, (_, i) =>
      pngChunk("IDAT", pixels.subarray(i * piece || 0, (i + 1) * piece)),
    ),
    pngChunk("IEND", new Uint8Array(0)),
  );
}

function encodePass(
  { width, height, depth, colourType, sample }: PngSpec,
  [x0, y0, dx, dy]: readonly number[],
  filters: (row: number) => number,
) {
  const channels = CHANNELS[colourType];
  const pixelBytes = Math.max(1, (channels * depth) >> 3);
  const rows: number[][] = [];
  if (x0 >= width) return rows;
  let above: number[] = [];
  for (let y = y0; y < height; y += dy) {
    const bits: number[] = [];
    for (let x = x0; x < width; x += dx) {
      for (let c = 0; c < channels; c++) {
        for (let bit = depth - 1; bit >= 0; bit--) bits.push((sample(x, y, c) >> bit) & 1);
      }
    }
    const row = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
      Array.from({ length: 8 }, (_, b) => (bits[8 * i + b] ?? 0) << (7 - b)).reduce((sum, bit) => sum | bit, 0),
    );
    const filter = filters(rows.length);
    const previous = above;
    rows.push([
      filter,
      ...row.map((byte, i) => {
        const a = row[i - pixelBytes] ?? 0;
        const b = previous[i] ?? 0;
        const c = i < pixelBytes ? 0 : (previous[i - pixelBytes] ?? 0);
        return (byte - [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]) & 255;
      }),
    ]);
    above = row;
  }
  return rows;
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** What a reader must give: RGBA, 8 bits a channel. */
export function rgbaOf({ width, height, depth, colourType, palette = [], transparency, sample }: PngSpec): number[] {
  const to8 = (value: number): number => (value * 255) / (2 ** depth - 1);
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const s = Array.from({ length: CHANNELS[colourType] }, (_, c) => sample(x, y, c));
      if (colourType === 3) {
        pixels.push(...palette[s[0]], transparency?.[s[0]] ?? 255);
        continue;
      }
      const colour = colourType === 0 || colourType === 4 ? [s[0], s[0], s[0]] : s.slice(0, 3);
      const isKeyed = transparency?.every((value, c) => value === s[c]) ?? false;
      const alpha = colourType === 4 ? to8(s[1]) : colourType === 6 ? to8(s[3]) : 255;
      // A transparent sample has no colour left: pngjs gives zeros.
      pixels.push(...(isKeyed ? [0, 0, 0, 0] : [...colour.map(to8), alpha]));
    }
  }
  return pixels;
}
