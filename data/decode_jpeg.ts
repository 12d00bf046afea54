// decodeJpeg: a JPEG file as RGBA bytes, upright, and no larger than it need be.
//
//   size → signature → segments, up to the end marker → sides, pixels, scans → memory
//   → tables and scans in their order → blocks → means of squares → colours → averaged once more, turned as Exif says
//
// Its memory and time are bounded by what the header claims, and nothing is taken before that was looked at. Where the picture
// becomes smaller, blocks are made smaller as they are transformed (jpeg/mean_transform.ts): of 12 million pixels most are never
// computed, nor are they ever in memory.
//
// Source: ITU-T T.81, https://www.w3.org/Graphics/JPEG/itu-t81.pdf; for the colours JFIF 1.02.

import { byteArray, check, checkOptions, integer, type Rule, string } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import type { Picture } from "../lib/data/picture.ts";
import { Component } from "./jpeg/component.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg/header.ts";
import type { RefuseJpeg } from "./jpeg/refuse.ts";
import { Scans } from "./jpeg/scans.ts";
import { segmentsOf } from "./jpeg/segments.ts";
import { shrunk } from "./jpeg/shrunk.ts";
import { upright } from "./jpeg/upright.ts";

export interface JpegOptions {
  /** Pixels a side of the result; pictures with more are averaged down. Default 1024. */
  maxSide?: number;
  /** Default 40 million. */
  maxPixels?: number;
  /** Default 32 MiB. */
  maxFileBytes?: number;
}

const MAX_SIDE = 1024;
const MAX_PIXELS = 40_000_000;
const MAX_FILE_BYTES = 32 * 2 ** 20;
/** Progressive files have about ten. */
const MAX_SCANS = 256;
/** Blocks of 8 × 8 samples, times scans: ten over 12 million pixels in full colours. */
const MAX_BLOCK_VISITS = 6_000_000;
/** Of a progressive picture: 12 million pixels in full colours, two bytes each. */
const MAX_COEFFICIENT_BYTES = 80e6;
/** Blocks are 8 pixels a side. */
const MAX_STEP = 8;

const RULES: Readonly<Record<keyof JpegOptions, Rule>> = {
  maxSide: integer(1),
  maxPixels: integer(0),
  maxFileBytes: integer(0),
};

/**
 * Decodes a JPEG, baseline or progressive, grey or in colours, and turns it as its Exif orientation says.
 *
 * @param fileName as messages call it
 * @param options.maxSide      pixels a side of the result, an integer ≥ 1; larger pictures are averaged down by 2, 4, 8 or more.
 *   Default 1024, enough for any digit
 * @param options.maxPixels    width × height of the file; default 40 million
 * @param options.maxFileBytes default 32 MiB
 * @throws {DataError} not a JPEG, damaged, or beyond the limits; `details.fault` says which: "unsupported" of CMYK, 12 bits and
 *   arithmetic coding, "too_many_pixels" (and `details.pixels`), "too_costly" of what has too many scans or takes too much
 *   memory, "damaged"
 * @throws {OptionError} bytes are no bytes, or an option is no integer in its range
 *
 * Colour profiles are not applied. Differences of colour are not interpolated between their samples.
 *
 * Cost: 0.2 s for 12 million pixels, and 16 MiB beside the file; 80 MB more where it is progressive.
 * @example const { width, height, data } = decodeJpeg(readFileSync("digit.jpg"), "digit.jpg");
 */
export function decodeJpeg(bytes: Uint8Array, fileName: string, options: JpegOptions = {}): Picture {
  check("decodeJpeg", "bytes", bytes, byteArray);
  check("decodeJpeg", "fileName", fileName, string);
  checkOptions("decodeJpeg", options, RULES);
  const { maxSide = MAX_SIDE, maxPixels = MAX_PIXELS, maxFileBytes = MAX_FILE_BYTES } = options;
  let pixels: number | undefined;
  const refuse: RefuseJpeg = (fault, what) => {
    throw new DataError(`decodeJpeg: ${fileName} ${what}.`, { fileName, fault, pixels });
  };
  if (bytes.length > maxFileBytes) {
    refuse("too_costly", `has ${bytes.length} bytes; at most ${maxFileBytes} are read`);
  }
  if (bytes.length === 0) refuse("damaged", "is empty");
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) refuse("unsupported", "is not a JPEG picture; its signature is missing");
  const header = readJpegHeader(bytes, refuse);
  const { width, height } = header;
  pixels = width * height;
  if (pixels > maxPixels) {
    refuse("too_many_pixels", `claims ${width} × ${height} pixels; at most ${maxPixels} are read. Make it smaller`);
  }
  checkCost(header, refuse);
  return upright(shrunk(decodePixels(bytes, header, maxSide, refuse), maxSide), header.orientation);
}

function checkCost({ width, height, components, scans, isProgressive }: JpegHeader, refuse: RefuseJpeg): void {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8) * components.length;
  if (scans > MAX_SCANS || blocks * scans > MAX_BLOCK_VISITS) {
    const what = `has ${scans} scans of ${width} × ${height} pixels, which takes too long to decode`;
    refuse("too_costly", `${what}. Save it once more, or smaller`);
  }
  if (isProgressive && blocks * 128 > MAX_COEFFICIENT_BYTES) {
    refuse("too_costly", `is progressive, and of ${width} × ${height} pixels takes too much memory. Make it smaller`);
  }
}

/** Averaged down by at most MAX_STEP; pixels at the right and lower edge that fill no square are left out. */
function decodePixels(bytes: Uint8Array, header: JpegHeader, maxSide: number, refuse: RefuseJpeg): Picture {
  const { width, height } = header;
  let step = 1;
  while (step < MAX_STEP && Math.max(width, height) > step * maxSide) step *= 2;
  const columns = Math.max(1, Math.floor(width / step));
  const rows = Math.max(1, Math.floor(height / step));
  const components = header.components.map((component) => new Component(component, header, step, columns, rows));
  const scans = new Scans(bytes, components, header.isProgressive, refuse);
  for (const segment of segmentsOf(bytes, refuse)) scans.take(segment);
  scans.finish();
  return { width: columns, height: rows, data: colours(components, header.isRgb, columns, rows) };
}

/**
 * RGBA of luma and two differences, as JFIF has them:
 *
 *   R = Y + 1.402·Cr    G = Y − 0.344136·Cb − 0.714136·Cr    B = Y + 1.772·Cb
 */
function colours(components: readonly Component[], isRgb: boolean, columns: number, rows: number): Uint8ClampedArray {
  const result = new Uint8ClampedArray(4 * columns * rows);
  // A picture in grey is one whose three are the same.
  const [first, second = first, third = first] = components;
  const isMixed = components.length === 3 && !isRgb;
  for (let y = 0, to = 0; y < rows; y++) {
    const a = first.rowOf[y] * first.stride;
    const b = second.rowOf[y] * second.stride;
    const c = third.rowOf[y] * third.stride;
    for (let x = 0; x < columns; x++, to += 4) {
      const luma = first.samples[a + first.columnOf[x]];
      const blue = second.samples[b + second.columnOf[x]];
      const red = third.samples[c + third.columnOf[x]];
      if (isMixed) {
        result[to] = luma + 1.402 * (red - 128);
        result[to + 1] = luma - 0.344136 * (blue - 128) - 0.714136 * (red - 128);
        result[to + 2] = luma + 1.772 * (blue - 128);
      } else {
        result[to] = luma;
        result[to + 1] = blue;
        result[to + 2] = red;
      }
      result[to + 3] = 255;
    }
  }
  return result;
}
