// encodePng: a picture as a PNG file.

import { deflateSync } from "node:zlib";
import { crc32 } from "../lib/base/crc32.ts";
import { DataError } from "../lib/base/errors.ts";
import { checkPicture, type Picture } from "../lib/data/picture.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG's filter "up": each row as what it adds to the one above. Enlarged pixels become rows of zeros. */
const FILTER_UP = 2;

/** PNG's number for the kind of pixels, and which of RGBA's channels they keep. */
interface Kind {
  readonly colourType: number;
  readonly channels: readonly number[];
}
const GREY: Kind = { colourType: 0, channels: [0] };
const RGB: Kind = { colourType: 2, channels: [0, 1, 2] };
const RGBA: Kind = { colourType: 6, channels: [0, 1, 2, 3] };

/**
 * Encodes a picture as PNG, without loss: grey where it is, without alpha where it is opaque. `decodePng` gives the same
 * bytes back, up to its `maxSide`. Within one version of Node the same picture gives the same file.
 *
 * @throws {OptionError} it is no picture
 * @throws {DataError} no pixels, or not four bytes for each
 * @example writeFileSync("sheet.png", encodePng(contactSheet(images, mistakes)));
 */
export function encodePng(picture: Picture): Uint8Array {
  checkPicture("encodePng", picture);
  const { width, height, data } = picture;
  const isSize = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= 0x7fffffff;
  if (!isSize(width) || !isSize(height) || data.length !== 4 * width * height) {
    throw new DataError(
      `encodePng: a picture has four bytes for each of its pixels, and a pixel at least; got ${data.length} bytes for ${width} × ${height} pixels.`,
      { width, height, bytes: data.length },
    );
  }
  const { colourType, channels } = kindOf(picture);
  const header = new Uint8Array(13); // compression, filter and interlace 0
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, colourType], 8);
  const pixels = deflateSync(filteredRows(picture, channels), { level: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", new Uint8Array(0))]);
}

function kindOf({ data }: Picture): Kind {
  let isGrey = true;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] !== 255) return RGBA;
    isGrey &&= data[i] === data[i + 1] && data[i] === data[i + 2];
  }
  return isGrey ? GREY : RGB;
}

function filteredRows({ width, height, data }: Picture, channels: readonly number[]): Uint8Array {
  const result = new Uint8Array(height * (1 + width * channels.length));
  let at = 0;
  for (let y = 0; y < height; y++) {
    result[at++] = FILTER_UP;
    for (let x = 0; x < width; x++) {
      const pixel = 4 * (y * width + x);
      for (const c of channels) result[at++] = data[pixel + c] - (y > 0 ? data[pixel - 4 * width + c] : 0);
    }
  }
  return result;
}

/** Length, type, content, and a CRC over the latter two. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const result = new Uint8Array(content.length + 12);
  const view = new DataView(result.buffer);
  view.setUint32(0, content.length);
  result.set(new TextEncoder().encode(type), 4);
  result.set(content, 8);
  view.setUint32(content.length + 8, crc32(result.subarray(4, content.length + 8)));
  return result;
}
