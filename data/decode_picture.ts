// decodePicture: a picture's file as RGBA bytes, whichever of the two formats it has, and whatever it is called.

import { byteArray, check, string } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import { pictureRemedy } from "../lib/base/picture_remedy.ts";
import { pictureType } from "../lib/base/picture_type.ts";
import type { Picture } from "../lib/data/picture.ts";
import { decodeJpeg } from "./decode_jpeg.ts";
import { decodePng } from "./decode_png.ts";

export interface PictureOptions {
  /** Pixels a side of the result; pictures with more are averaged down. Default 1024. */
  maxSide?: number;
  /** Default 40 million. */
  maxPixels?: number;
  /** Default 32 MiB. */
  maxFileBytes?: number;
}

/**
 * Decodes a PNG or a JPEG, which its first bytes tell.
 *
 * @param fileName as messages call it
 * @param options  as decodePng and decodeJpeg have them
 * @throws {DataError} neither of the two, whose message says what it is and what to do; and as decodePng and decodeJpeg say
 * @throws {OptionError} bytes are no bytes, or an option is no integer in its range
 * @example preprocessDigit(decodePicture(readFileSync("photo.jpg"), "photo.jpg"))
 */
export function decodePicture(bytes: Uint8Array, fileName: string, options: PictureOptions = {}): Picture {
  check("decodePicture", "bytes", bytes, byteArray);
  check("decodePicture", "fileName", fileName, string);
  // Nearly all begin so; asking for every type that is known takes as long as decoding a small one.
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, fileName, options);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, fileName, options);
  const type = pictureType(bytes);
  if (type?.kind === "png") return decodePng(bytes, fileName, options);
  const what = type ? `is ${type.what}` : "is no picture that is known here";
  const sentence = bytes.length === 0 ? "is empty" : `${what}; PNG and JPEG are read: ${pictureRemedy(type)}`;
  throw new DataError(`decodePicture: ${fileName} ${sentence}.`, { fileName });
}
