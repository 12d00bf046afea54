// A JPEG file to what the networks read: its header is believed only within bounds, then it is decoded, made smaller, and turned
// the way its camera was held.

import { type PreprocessedDigit, preprocessDigit } from "../../../data/index.ts";
import type { Picture } from "../../../lib/index.ts";
import { Problem } from "../../http/problem.ts";
import { shrunk } from "../shrunk.ts";
import { tooManyPixels } from "../too_many_pixels.ts";
import { upright } from "../upright.ts";
import type { JpegDecoder } from "./jpeg_decoder.ts";
import { readJpegHeader } from "./jpeg_header.ts";

/** What a phone takes: 4096 × 3072. */
export const MAX_JPEG_PIXELS = 12_582_912;
/** Progressive files have about ten. */
const MAX_SCANS = 256;
/** Blocks of 8 × 8 samples, times scans: ten over the largest picture in full colours. */
const MAX_BLOCK_VISITS = 6_000_000;

/**
 * @throws {Problem} 400 damaged; 413 too many pixels, or too many scans over them; 415 of a kind that is not read: CMYK, 12 bits,
 *   arithmetic coding
 */
export async function readJpeg(
  bytes: Uint8Array,
  name: string,
  decoder: JpegDecoder,
  maxPixels = MAX_JPEG_PIXELS,
): Promise<PreprocessedDigit> {
  return preprocessDigit(await decodeJpeg(bytes, name, decoder, maxPixels));
}

/** @returns an upright picture of at most 1024 pixels a side */
export async function decodeJpeg(
  bytes: Uint8Array,
  name: string,
  decoder: JpegDecoder,
  maxPixels = MAX_JPEG_PIXELS,
): Promise<Picture> {
  const header = readJpegHeader(bytes);
  if ("what" in header) {
    const { isUnsupported, what } = header;
    if (isUnsupported) throw new Problem(415, `${name} ${what}.`, { reason: "unsupported_media" });
    throw new Problem(400, `${name} ${what}.`, { reason: "bad_request" });
  }
  const { width, height, components, scans, orientation } = header;
  const most = Math.min(maxPixels, MAX_JPEG_PIXELS);
  if (width * height > most) throw tooManyPixels(name, width * height, most);
  const visits = Math.ceil(width / 8) * Math.ceil(height / 8) * components * scans;
  if (scans > MAX_SCANS || visits > MAX_BLOCK_VISITS) {
    throw new Problem(
      413,
      `${name} has ${scans} scans of ${width} × ${height} pixels, which takes too long to decode. Save it once more, or smaller.`,
      { reason: "body_too_large" },
    );
  }
  const decoded = await decoder.decode(bytes);
  if (typeof decoded === "string" || decoded.width !== width || decoded.height !== height) {
    const why = typeof decoded === "string" ? decoded : `they are ${decoded.width} × ${decoded.height}`;
    throw new Problem(400, `${name} is damaged; of its pixels, the decoder says: ${why}.`, { reason: "bad_request" });
  }
  return upright(shrunk(decoded), orientation);
}
