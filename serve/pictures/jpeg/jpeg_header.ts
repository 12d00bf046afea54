// What a JPEG says of itself, read before anything is decoded: its sides, what its colours are, how many scans it has, and how it
// was held. Nothing is inflated or allocated: the segments are walked once, up to the end marker.
//
// A scan goes over every block of the picture, however few bytes it has: 38 kB of a progressive JPEG may hold a minute's work.
// So scans are counted as well as pixels.
//
// Sources: ITU-T T.81, annex B (https://www.w3.org/Graphics/JPEG/itu-t81.pdf); Exif 2.3, 4.6.4, for the orientation.

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colours. */
  readonly components: number;
  readonly scans: number;
  /** How the first pixel lies when the picture is upright, 1 … 8; 1 where nothing is said. */
  readonly orientation: number;
}

export interface JpegRefusal {
  /** Not one of those that are read, though nothing is wrong with it; else it is damaged. */
  readonly isUnsupported: boolean;
  readonly what: string;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const DEFINE_LINES = 0xdc;
const APP1 = 0xe1;
const FIRST_RESTART = 0xd0;
const TEMPORARY = 0x01;
/** Huffman-coded DCT: baseline, of up to 12 bits, progressive. */
const READ_FRAMES = [0xc0, 0xc1, 0xc2];
/** Of the same range, but no frames: tables of Huffman codes, a reserved one, and conditions of arithmetic coding. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

/** @returns what it says, or why it cannot be read, as a sentence about it goes on: "is damaged; …" */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | JpegRefusal {
  let frame: { width: number; height: number; components: number } | null = null;
  let orientation = 1;
  let scans = 0;
  let at = 2;
  for (;;) {
    // Cameras have been seen to leave bytes between segments, which decoders skip; and any number of 0xff may precede a marker.
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at++;
    if (at < 0 || at + 1 >= bytes.length) return damaged("is truncated; its end is missing. Send the whole file");
    const marker = bytes[at + 1];
    at += 2;
    if (marker === 0 || marker === TEMPORARY || isRestart(marker)) continue;
    if (marker === END_OF_IMAGE) break;
    if (marker === START_OF_IMAGE) return damaged("is damaged; a second picture begins within the first");
    const length = (bytes[at] << 8) | bytes[at + 1];
    const end = at + length;
    if (!(length >= 2) || end > bytes.length)
      return damaged("is truncated; a segment is not whole. Send the whole file");
    const segment = bytes.subarray(at + 2, end);
    at = end;
    if (marker === APP1) orientation = exifOrientation(segment) ?? orientation;
    else if (marker === DEFINE_LINES) return unsupported("says its height behind its pixels; save it once more");
    else if (isFrame(marker)) {
      if (frame) return damaged("is damaged; it has two frames");
      const read = readFrame(marker, segment);
      if ("what" in read) return read;
      frame = read;
    } else if (marker === START_OF_SCAN) {
      if (!frame) return damaged("is damaged; pixels come before their header");
      scans++;
      at = endOfScan(bytes, at);
    }
  }
  if (!frame || scans === 0) return damaged("is damaged; it has no pixels");
  return { ...frame, scans, orientation };
}

function isRestart(marker: number): boolean {
  return marker >= FIRST_RESTART && marker < START_OF_IMAGE;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
}

function readFrame(
  marker: number,
  segment: Uint8Array,
): { width: number; height: number; components: number } | JpegRefusal {
  if (!READ_FRAMES.includes(marker)) {
    return unsupported(
      "is coded as hardly any JPEG is (lossless, hierarchical or arithmetic); save it as an ordinary JPEG",
    );
  }
  const [precision, high, low, wide, narrow, components] = segment;
  const height = (high << 8) | low;
  const width = (wide << 8) | narrow;
  if (segment.length < 6 || segment.length !== 6 + 3 * components)
    return damaged("is damaged; its header is not whole");
  if (precision !== 8) return unsupported(`has ${precision} bits a sample; save it with 8`);
  if (width === 0 || height === 0) return damaged(`is damaged; it claims ${width} × ${height} pixels`);
  if (components === 4) return unsupported("is in CMYK, for printing; save it as RGB or grey");
  if (components !== 1 && components !== 3) return unsupported(`has ${components} channels; save it as RGB or grey`);
  for (let i = 7; i < segment.length; i += 3) {
    const [across, down] = [segment[i] >> 4, segment[i] & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4) return damaged("is damaged; its header makes no sense");
  }
  return { width, height, components };
}

/** Behind coded pixels: there 0xff stands before 0 and restart markers alone. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length && (bytes[at + 1] === 0 || isRestart(bytes[at + 1]))) {
    at = bytes.indexOf(0xff, at + 2);
  }
  return at < 0 ? bytes.length : at;
}

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/** @returns what Exif says of it, 1 … 8; null where it says nothing, or something else */
function exifOrientation(segment: Uint8Array): number | null {
  const tiff = segment.subarray(EXIF.length);
  if (!EXIF.every((byte, i) => segment[i] === byte) || tiff.length < 8) return null;
  const isLittle = tiff[0] === 0x49;
  if (tiff[0] !== tiff[1] || (!isLittle && tiff[0] !== 0x4d)) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return null;
  const entries = view.getUint16(directory, isLittle);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, isLittle) !== ORIENTATION_TAG || view.getUint16(at + 2, isLittle) !== SHORT) continue;
    const orientation = view.getUint16(at + 8, isLittle);
    return orientation >= 1 && orientation <= 8 ? orientation : null;
  }
  return null;
}

function damaged(what: string): JpegRefusal {
  return { isUnsupported: false, what };
}

function unsupported(what: string): JpegRefusal {
  return { isUnsupported: true, what };
}
