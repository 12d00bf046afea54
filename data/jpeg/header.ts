// What a JPEG says of itself, read before anything is decoded: its sides, what its colours are, how many scans it has, and how it
// was held. Nothing is inflated or allocated: the segments are walked once, up to the end marker.
//
// A scan goes over every block of the picture, however few bytes it has: 38 kB of a progressive JPEG may hold a minute's work.
// So scans are counted as well as pixels.
//
// Sources: ITU-T T.81, annex B (https://www.w3.org/Graphics/JPEG/itu-t81.pdf); JFIF 1.02 and libjpeg's rule for the colours;
// Exif 2.3, 4.6.4, for the orientation.

import type { RefuseJpeg } from "./refuse.ts";
import { START_OF_SCAN, segmentsOf } from "./segments.ts";

export interface FrameComponent {
  readonly id: number;
  /** Samples across and down, where the component with the most has `maxAcross` and `maxDown`. */
  readonly across: number;
  readonly down: number;
  /** Which table its coefficients were divided by. */
  readonly quantTable: number;
}

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  /** One of grey, three of colours. */
  readonly components: readonly FrameComponent[];
  /** Red, green and blue as they are, not luma and two differences. */
  readonly isRgb: boolean;
  readonly scans: number;
  /** How the first pixel lies when the picture is upright, 1 … 8; 1 where nothing is said. */
  readonly orientation: number;
}

type Frame = Pick<JpegHeader, "width" | "height" | "isProgressive" | "components">;

const DEFINE_LINES = 0xdc;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;
const PROGRESSIVE = 0xc2;
/** Huffman-coded DCT: baseline, extended, progressive. */
const READ_FRAMES = [0xc0, 0xc1, PROGRESSIVE];
/** Of the same range, but no frames: tables of Huffman codes, a reserved one, and conditions of arithmetic coding. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0];
const ADOBE = [0x41, 0x64, 0x6f, 0x62, 0x65];
const ADOBE_TRANSFORM_AT = 11;

/** @throws what `refuse` throws */
export function readJpegHeader(bytes: Uint8Array, refuse: RefuseJpeg): JpegHeader {
  let frame: Frame | null = null;
  let orientation = 1;
  let scans = 0;
  let isJfif = false;
  let transform: number | null = null;
  for (const { marker, content } of segmentsOf(bytes, refuse)) {
    if (marker === APP0) isJfif ||= startsWith(content, JFIF);
    else if (marker === APP1) orientation = exifOrientation(content) ?? orientation;
    else if (marker === APP14 && startsWith(content, ADOBE)) transform = content[ADOBE_TRANSFORM_AT] ?? null;
    else if (marker === DEFINE_LINES) refuse("unsupported", "says its height behind its pixels; save it once more");
    else if (isFrame(marker)) {
      if (frame) refuse("damaged", "is damaged; it has two frames");
      frame = readFrame(marker, content, refuse);
    } else if (marker === START_OF_SCAN) {
      if (!frame) refuse("damaged", "is damaged; pixels come before their header");
      scans++;
    }
  }
  if (!frame || scans === 0) refuse("damaged", "is damaged; it has no pixels");
  const ids = String.fromCharCode(...frame.components.map(({ id }) => id));
  const isRgb = frame.components.length === 3 && !isJfif && (transform === null ? ids === "RGB" : transform === 0);
  return { ...frame, isRgb, scans, orientation };
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
}

function readFrame(marker: number, content: Uint8Array, refuse: RefuseJpeg): Frame {
  if (!READ_FRAMES.includes(marker)) {
    const what = "is coded as hardly any JPEG is (lossless, hierarchical or arithmetic); save it as an ordinary JPEG";
    refuse("unsupported", what);
  }
  const [precision, high, low, wide, narrow, count] = content;
  const height = (high << 8) | low;
  const width = (wide << 8) | narrow;
  if (content.length < 6 || content.length !== 6 + 3 * count) refuse("damaged", "is damaged; its header is not whole");
  if (precision !== 8) refuse("unsupported", `has ${precision} bits a sample; save it with 8`);
  if (width === 0 || height === 0) refuse("damaged", `is damaged; it claims ${width} × ${height} pixels`);
  if (count === 4) refuse("unsupported", "is in CMYK, for printing; save it as RGB or grey");
  if (count !== 1 && count !== 3) refuse("unsupported", `has ${count} channels; save it as RGB or grey`);
  const components: FrameComponent[] = [];
  for (let i = 6; i < content.length; i += 3) {
    const [id, sampling, quantTable] = content.subarray(i, i + 3);
    const [across, down] = [sampling >> 4, sampling & 15];
    const isSound = across >= 1 && across <= 4 && down >= 1 && down <= 4 && quantTable < 4;
    if (!isSound || components.some((other) => other.id === id)) {
      refuse("damaged", "is damaged; its header makes no sense");
    }
    // Of one component alone a block is a block, however its sampling is called.
    components.push(count === 1 ? { id, across: 1, down: 1, quantTable } : { id, across, down, quantTable });
  }
  return { width, height, isProgressive: marker === PROGRESSIVE, components };
}

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/** @returns what Exif says of it, 1 … 8; null where it says nothing, or something else */
function exifOrientation(content: Uint8Array): number | null {
  const tiff = content.subarray(EXIF.length);
  if (!startsWith(content, EXIF) || tiff.length < 8) return null;
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

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}
