// decodePng: a PNG file as RGBA bytes.

import { PNG } from "pngjs";
import { DataError } from "../lib/base/errors.ts";
import type { Picture } from "../lib/data/picture.ts";
import { guardPng, type PngLimits } from "./png_guard.node.ts";

/**
 * Decodes a PNG of any colour type, bit depth and interlacing; 16 bits are rounded to 8.
 *
 * @param fileName as messages call it
 * @param limits.maxPixels    width × height; default 64 million
 * @param limits.maxFileBytes default 64 MiB
 * @throws {DataError} not a PNG, damaged, or beyond the limits; hostile files are refused within milliseconds
 *
 * Colour profiles and gamma are not applied.
 * @example const { width, height, data } = decodePng(readFileSync("digit.png"), "digit.png");
 */
export function decodePng(bytes: Uint8Array, fileName: string, limits: PngLimits = {}): Picture {
  const safe = guardPng(bytes, fileName, limits);
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(safe.buffer));
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw new DataError(`decodePng: ${fileName} is damaged; ${(error as Error).message}.`, { fileName });
  }
}
