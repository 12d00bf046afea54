// Rows of pixels as bytes of their channels, whatever the colour type and depth.

import type { Header } from "./header.ts";

/** Pixels as bytes: `stride` of them each, red first, then green, blue and alpha at these places. */
export interface Places {
  readonly stride: number;
  readonly green: number;
  readonly blue: number;
  /** 0: opaque. Of four bytes a pixel the last is alpha all the same. */
  readonly alpha: number;
}

export interface SampleReader {
  readonly places: Places;
  /** What a row's bytes mean: they themselves, or bytes that the next call overwrites. */
  read(row: Uint8Array, count: number): Uint8Array;
  /** What it takes to read and to average a pixel, in about nanoseconds. */
  readonly cost: number;
}

const GREY: Places = { stride: 1, green: 0, blue: 0, alpha: 0 };
const GREY_ALPHA: Places = { stride: 2, green: 0, blue: 0, alpha: 1 };
const RGB: Places = { stride: 3, green: 1, blue: 2, alpha: 0 };
const RGBA: Places = { stride: 4, green: 1, blue: 2, alpha: 3 };

const asTheyAre = (row: Uint8Array): Uint8Array => row;

/**
 * @param palette RGB triples, of colour type 3
 * @param transparency the chunk tRNS: alphas of the palette, or the grey or colour that is transparent, 16 bits a channel
 * @param refuse for a pixel that is not in the palette
 */
export function sampleReader(
  { width, depth, colourType }: Header,
  palette: Uint8Array | null,
  transparency: Uint8Array | null,
  refuse: (what: string) => never,
): SampleReader {
  if (depth === 16) return wideReader(width, colourType, transparency);
  if (colourType === 4) return { places: GREY_ALPHA, read: asTheyAre, cost: 4 };
  if (colourType === 6) return { places: RGBA, read: asTheyAre, cost: 4 };
  if (colourType === 2 && transparency) return { places: RGBA, read: keyedReader(width, transparency), cost: 8 };
  if (colourType === 2) return { places: RGB, read: asTheyAre, cost: 2 };
  if (colourType === 0 && depth === 8 && !transparency) return { places: GREY, read: asTheyAre, cost: 1 };
  return indexReader(width, depth, colourType === 3 ? palette : null, transparency, refuse);
}

/** Of at most 8 bits a pixel: each looked up in a table. */
function indexReader(
  width: number,
  depth: number,
  palette: Uint8Array | null,
  transparency: Uint8Array | null,
  refuse: (what: string) => never,
): SampleReader {
  const levels = 1 << depth;
  const table = new Uint8Array(4 * levels);
  const known = palette ? palette.length / 3 : levels;
  let isGrey = true;
  let isOpaque = true;
  for (let i = 0; i < known; i++) {
    const grey = (i * 255) / (levels - 1);
    const [red, green, blue] = palette ? palette.subarray(3 * i, 3 * i + 3) : [grey, grey, grey];
    // Of a grey that is transparent no colour is left.
    const isKeyed = !palette && transparency !== null && i === ((transparency[0] << 8) | transparency[1]);
    const alpha = palette && transparency && i < transparency.length ? transparency[i] : 255;
    table.set(isKeyed ? [0, 0, 0, 0] : [red, green, blue, alpha], 4 * i);
    isGrey &&= red === green && red === blue;
    isOpaque &&= !isKeyed && alpha === 255;
  }
  const places = { ...(isGrey ? { ...GREY, stride: 4 } : RGBA), alpha: isOpaque ? 0 : 3 };
  const colours = new Uint32Array(table.buffer);
  const pixels = new Uint32Array(width);
  const bytes = new Uint8Array(pixels.buffer);
  const perByte = 8 / depth;
  const mask = levels - 1;
  const read = (row: Uint8Array, count: number): Uint8Array => {
    let largest = 0;
    for (let i = 0; i < count; ) {
      const packed = row[(i / perByte) | 0];
      const stop = Math.min(count, i + perByte);
      for (let shift = 8 - depth; i < stop; i++, shift -= depth) {
        const index = (packed >> shift) & mask;
        if (index > largest) largest = index;
        pixels[i] = colours[index];
      }
    }
    if (largest >= known) refuse(`is damaged; a pixel has colour ${largest}, its palette has ${known}`);
    return bytes;
  };
  return { places, read, cost: 5 };
}

/** RGB of 8 bits, of which one colour is transparent; no colour is left of it then. */
function keyedReader(width: number, key: Uint8Array): SampleReader["read"] {
  const bytes = new Uint8Array(4 * width);
  return (row, count) => {
    for (let i = 0, from = 0, to = 0; i < count; i++, from += 3, to += 4) {
      const isKeyed =
        row[from] === ((key[0] << 8) | key[1]) &&
        row[from + 1] === ((key[2] << 8) | key[3]) &&
        row[from + 2] === ((key[4] << 8) | key[5]);
      for (let c = 0; c < 3; c++) bytes[to + c] = isKeyed ? 0 : row[from + c];
      bytes[to + 3] = isKeyed ? 0 : 255;
    }
    return bytes;
  };
}

/** Of 16 bits a channel, which are rounded to 8: v·255/65535. */
function wideReader(width: number, colourType: number, key: Uint8Array | null): SampleReader {
  const { stride, green, blue, alpha } =
    ({ 0: GREY, 2: RGB, 4: GREY_ALPHA } as Record<number, typeof RGBA>)[colourType] ?? RGBA;
  const bytes = new Uint8Array(4 * width);
  const places = { ...RGBA, alpha: alpha > 0 || key ? 3 : 0 };
  const sample = (row: Uint8Array, at: number): number => (((row[at] << 8) | row[at + 1]) * 255 + 32895) >> 16;
  const read = (row: Uint8Array, count: number): Uint8Array => {
    for (let i = 0, from = 0; i < count; i++, from += 2 * stride) {
      const isKeyed = key?.every((byte, k) => row[from + k] === byte);
      bytes[4 * i] = isKeyed ? 0 : sample(row, from);
      bytes[4 * i + 1] = isKeyed ? 0 : sample(row, from + 2 * green);
      bytes[4 * i + 2] = isKeyed ? 0 : sample(row, from + 2 * blue);
      bytes[4 * i + 3] = isKeyed ? 0 : alpha > 0 ? sample(row, from + 2 * alpha) : 255;
    }
    return bytes;
  };
  return { places, read, cost: 12 };
}
