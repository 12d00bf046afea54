// The chunks of a PNG file, their order and CRCs. What a reader may skip is skipped unread: nothing but pixels is inflated.

import { crc32 } from "../../lib/base/crc32.ts";
import { printable } from "../../lib/base/printable.ts";
import type { Header } from "./header.ts";
import { COLOUR_TYPES } from "./header.ts";

type Refuse = (what: string) => never;

export interface PngChunks {
  /** RGB triples; null: none. */
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  /** Copies the next of the pixels' bytes, those of all chunks IDAT, to between two indices; 0 at their end. */
  readPixels(target: Uint8Array, from: number, to: number): number;
}

const SIGNATURE_BYTES = 8;
/** Length, type and CRC. */
const FRAME_BYTES = 12;
/** Encoders write one for each 8 KiB, and some one for each row. */
const MAX_CHUNKS = 65536;
/** The chunks that matter, in the order in which they must come. */
const ORDER = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];

/** @throws what `refuse` throws, for a file that does not begin with a possible IHDR */
export function readHeader(bytes: Uint8Array, refuse: Refuse): Header {
  if (bytes.length < SIGNATURE_BYTES + FRAME_BYTES + 13) refuse("is truncated; its header is not whole");
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
  if (!COLOUR_TYPES[colourType]?.depths.includes(depth)) {
    refuse(`has colour type ${colourType} with ${depth} bits, which PNG does not know`);
  }
  return { width, height, depth, colourType, isInterlaced: interlace === 1 };
}

/** Walks over all chunks up to the last. */
export function readChunks(bytes: Uint8Array, header: Header, refuse: Refuse): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  let pixelsFrom = 0;
  let last = -1;
  let previous = "";
  let at = SIGNATURE_BYTES;
  for (let count = 1; previous !== "IEND"; count++) {
    if (count > MAX_CHUNKS) refuse(`has more than ${MAX_CHUNKS} chunks`);
    const length = at + FRAME_BYTES <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + FRAME_BYTES + length;
    if (end > bytes.length) refuse("is truncated; its last chunk is not whole");
    const type = typeAt(bytes, at + 4);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      refuse(`is damaged; the CRC of its chunk ${printable(type)} is wrong`);
    }
    const data = bytes.subarray(at + 8, end - 4);
    const place = ORDER.indexOf(type);
    const isRepeated = place === last && (type !== "IDAT" || previous !== "IDAT");
    const isLate = place >= 0 && (place < last || isRepeated);
    const fault = isLate
      ? `its chunk ${type} is out of place`
      : chunkFault(type, data, header, { palette, hasPixels: pixelsFrom > 0 });
    if (fault) refuse(`is not a valid PNG; ${fault}`);
    if (type === "PLTE") palette = data;
    else if (type === "tRNS") transparency = data;
    else if (type === "IDAT" && pixelsFrom === 0) pixelsFrom = at;
    if (place >= 0) last = place;
    previous = type;
    at = end;
  } // What lies behind the end is nobody's business.
  return { palette, transparency, readPixels: pixelReader(bytes, view, pixelsFrom) };
}

/** What is wrong with a chunk in its place; null where nothing is. */
function chunkFault(
  type: string,
  data: Uint8Array,
  { colourType, depth }: Header,
  { palette, hasPixels }: { palette: Uint8Array | null; hasPixels: boolean },
): string | null {
  if (!ORDER.includes(type)) {
    if (!/^[A-Za-z]{4}$/.test(type)) return `a chunk is called ${printable(type)}`;
    // A capital first letter: the picture cannot be read without it.
    return /^[A-Z]/.test(type) ? `it needs the unknown chunk ${type}` : null;
  }
  if (type === "PLTE") {
    if (colourType === 0 || colourType === 4) return "a grey picture has a palette";
    const max = colourType === 3 ? 1 << depth : 256;
    if (data.length === 0 || data.length % 3 !== 0 || data.length > 3 * max)
      return `its palette has ${data.length} bytes`;
  } else if (type === "tRNS") {
    const fits =
      colourType === 3
        ? data.length <= (palette?.length ?? 0) / 3
        : data.length === ({ 0: 2, 2: 6 } as Record<number, number>)[colourType];
    if (!fits) return `its transparency has ${data.length} bytes`;
  } else if (type === "IDAT") {
    if (colourType === 3 && !palette) return "its palette is missing";
  } else if (type === "IEND") {
    if (!hasPixels) return "it has no pixels";
    if (data.length > 0) return "its chunk IEND is not empty";
  }
  return null;
}

/** Reads what the chunks IDAT hold, one after another, the first of which begins at `at`. */
function pixelReader(bytes: Uint8Array, view: DataView, at: number): PngChunks["readPixels"] {
  let from = 0;
  let end = 0;
  return (target, targetFrom, targetTo) => {
    while (from === end) {
      if (typeAt(bytes, at + 4) !== "IDAT") return 0;
      from = at + 8;
      end = from + view.getUint32(at);
      at = end + 4;
    }
    const count = Math.min(end - from, targetTo - targetFrom);
    target.set(bytes.subarray(from, from + count), targetFrom);
    from += count;
    return count;
  };
}

function typeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}
