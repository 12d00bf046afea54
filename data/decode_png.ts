// decodePng: a PNG file as RGBA bytes.
//
// Its memory and time are bounded by what is counted, and nothing that a file claims is believed before it was counted:
//
//   size → signature → IHDR → sides, pixels, bytes of rows → chunks, their order and CRCs →
//   pixels inflated a window at a time → each row unfiltered when it is whole → averaged into the result
//
// Source: the PNG specification, https://www.w3.org/TR/png-3/.

import { byteArray, check, checkOptions, integer, type Rule, string } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import { pictureRemedy } from "../lib/base/picture_remedy.ts";
import { pictureType } from "../lib/base/picture_type.ts";
import type { Picture } from "../lib/data/picture.ts";
import { AveragedPicture } from "./png/averaged_picture.ts";
import { readChunks, readHeader } from "./png/chunks.ts";
import { COLOUR_TYPES, type Header, passesOf } from "./png/header.ts";
import { inflate } from "./png/inflate.ts";
import { sampleReader } from "./png/samples.ts";
import { FILTER_COSTS, makeRow, PAETH_ALONE_COST, unfilter } from "./png/unfilter.ts";

export interface PngOptions {
  /** Pixels a side of the result; pictures with more are averaged down by a whole factor. Default 1024. */
  maxSide?: number;
  /** Default 40 million: a sheet of A4 scanned at 600 dpi has 35. */
  maxPixels?: number;
  /** Default 32 MiB. */
  maxFileBytes?: number;
  /** Takes the pixels where it has room for them; default none. A server that reads one picture after another spares the collector. */
  into?: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_SIDE = 1024;
const MAX_FILE_SIDE = 32_768;
const MAX_PIXELS = 40_000_000;
const MAX_FILE_BYTES = 32 * 2 ** 20;
/**
 * What decoding may take, in about nanoseconds of a processor of 2020: counted, since what a clock says is chance. A photograph of
 * 12 million pixels takes 400 million, and 540 million where it has transparency.
 */
const MAX_WORK = 560e6;
/** Of a byte of rows: to copy it, and for two checksums. */
const BYTE_COST = 2;

type Refuse = (what: string) => never;

const RULES: Readonly<Record<keyof PngOptions, Rule>> = {
  maxSide: integer(1),
  maxPixels: integer(0),
  maxFileBytes: integer(0),
  into: byteArray,
};

/**
 * Decodes a PNG of any colour type, bit depth and interlacing; 16 bits are rounded to 8.
 *
 * @param fileName as messages call it
 * @param options.maxSide      pixels a side of the result, an integer ≥ 1; larger pictures are averaged down by a whole
 *   factor. Default 1024, enough for any digit
 * @param options.maxPixels    width × height of the file; default 40 million
 * @param options.maxFileBytes default 32 MiB
 * @param options.into         memory for the pixels, used where they find room in it: the result is then valid until it is used
 *   again. Default new memory
 * @throws {DataError} not a PNG, damaged, beyond the limits, of more than 32,768 pixels a side, or too costly to decode
 * @throws {OptionError} bytes are no bytes, or an option is no integer in its range
 *
 * Colour profiles and gamma are not applied.
 *
 * Cost: at most 24 MiB beside the file, by default, and 0.6 s; 10 ms a megabyte of pixels that do not compress.
 * @example const { width, height, data } = decodePng(readFileSync("digit.png"), "digit.png");
 */
export function decodePng(bytes: Uint8Array, fileName: string, options: PngOptions = {}): Picture {
  check("decodePng", "bytes", bytes, byteArray);
  check("decodePng", "fileName", fileName, string);
  checkOptions("decodePng", options, RULES);
  const refuse: Refuse = (what) => {
    throw new DataError(`decodePng: ${fileName} ${what}.`, { fileName });
  };
  const { maxSide = MAX_SIDE, maxPixels = MAX_PIXELS, maxFileBytes = MAX_FILE_BYTES, into } = options;
  if (bytes.length > maxFileBytes) refuse(`has ${bytes.length} bytes; at most ${maxFileBytes} are read`);
  if (bytes.length === 0) refuse("is empty");
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) refuse(whatInstead(bytes));
  const header = readHeader(bytes, refuse);
  const { width, height } = header;
  if (width * height > maxPixels) {
    refuse(`claims ${width} × ${height} pixels; at most ${maxPixels} are read. Make it smaller`);
  }
  if (Math.max(width, height) > MAX_FILE_SIDE) {
    refuse(`claims ${width} × ${height} pixels; at most ${MAX_FILE_SIDE} a side are read. Cut it`);
  }
  return decodePixels(bytes, header, new AveragedPicture(width, height, header.isInterlaced, maxSide, into), refuse);
}

function decodePixels(bytes: Uint8Array, header: Header, picture: AveragedPicture, refuse: Refuse): Picture {
  const { width, height, depth, colourType } = header;
  const passes = passesOf(header);
  const expectedBytes = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  const { palette, transparency, readPixels } = readChunks(bytes, header, refuse);
  const samples = sampleReader(header, palette, transparency, refuse);
  let work = 0;
  const spend = (more: number): void => {
    work += more;
    if (work > MAX_WORK) refuse(`takes too long to decode, with ${width} × ${height} pixels. Make it smaller`);
  };
  spend(expectedBytes * BYTE_COST + width * height * (samples.cost + picture.cost));

  const pixelBytes = Math.max(1, (COLOUR_TYPES[colourType].channels * depth) >> 3);
  const longest = Math.max(...passes.map(({ rowBytes }) => rowBytes));
  let row = makeRow(longest);
  let above = makeRow(longest);
  /** Bytes of the row that are there; −1 where its filter is next. */
  let filled = -1;
  let filter = 0;
  let rowIndex = 0;
  let passIndex = 0;
  let total = 0;

  const write = (inflated: Uint8Array): void => {
    total += inflated.length;
    if (total > expectedBytes) refuse(`holds more pixels than ${width} × ${height}`);
    for (let at = 0; at < inflated.length; ) {
      const pass = passes[passIndex];
      if (filled < 0) {
        filter = inflated[at++];
        filled = 0;
      }
      const count = Math.min(pass.rowBytes - filled, inflated.length - at);
      row.bytes.set(inflated.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < pass.rowBytes) return;
      spend(filled * (filter === 4 && pixelBytes === 1 ? PAETH_ALONE_COST : (FILTER_COSTS[filter] ?? 0)));
      if (!unfilter(filter, row, above, filled, pixelBytes))
        refuse(`is damaged; a row has filter ${filter}, which PNG does not know`);
      picture.add(samples.read(row.bytes, pass.columns), samples.places, pass, rowIndex);
      [row, above] = [above, row];
      filled = -1;
      rowIndex++;
      if (rowIndex < pass.rows) continue;
      above.words.fill(0);
      rowIndex = 0;
      passIndex++;
    }
  };
  inflate({ read: readPixels, write, spend, fail: (what) => refuse(`is damaged; of its pixels, ${what}`) });
  if (total !== expectedBytes) {
    refuse(`is truncated; ${width} × ${height} pixels take ${expectedBytes} bytes, it holds ${total}`);
  }
  return picture.picture();
}

/** What a file without PNG's signature is, and what can be done with it. */
function whatInstead(bytes: Uint8Array): string {
  if (bytes.length < 8 && bytes.every((byte, i) => byte === SIGNATURE[i]))
    return "is truncated; it is not even 8 bytes";
  const type = pictureType(bytes);
  if (type === null) return "is not a PNG picture; its signature is missing";
  const { kind, what } = type;
  if (kind === "png")
    return "is a damaged PNG picture; its signature is wrong, as after a copy in text mode. Copy it again";
  return `is ${what}, not a PNG picture; ${pictureRemedy(type)}`;
}
