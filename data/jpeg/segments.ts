// The segments of a JPEG file, one after another; nothing is decoded.
//
// Source: ITU-T T.81, annex B, https://www.w3.org/Graphics/JPEG/itu-t81.pdf.

import type { RefuseJpeg } from "./refuse.ts";

export interface Segment {
  readonly marker: number;
  /** What it holds, behind its length. */
  readonly content: Uint8Array;
  /** Where its coded pixels lie, of a scan; else both its end. */
  readonly codedFrom: number;
  readonly codedTo: number;
}

export const START_OF_SCAN = 0xda;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const FIRST_RESTART = 0xd0;
const TEMPORARY = 0x01;

/** @throws what `refuse` throws, where the file ends before its end marker */
export function* segmentsOf(bytes: Uint8Array, refuse: RefuseJpeg): Generator<Segment> {
  let at = 2;
  for (;;) {
    // Cameras have been seen to leave bytes between segments, which decoders skip; and any number of 0xff may precede a marker.
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at++;
    if (at < 0 || at + 1 >= bytes.length) refuse("damaged", "is truncated; its end is missing. Take the whole file");
    const marker = bytes[at + 1];
    at += 2;
    if (marker === 0 || marker === TEMPORARY || isRestart(marker)) continue;
    if (marker === END_OF_IMAGE) return;
    if (marker === START_OF_IMAGE) refuse("damaged", "is damaged; a second picture begins within the first");
    const length = (bytes[at] << 8) | bytes[at + 1];
    const codedFrom = at + length;
    if (!(length >= 2) || codedFrom > bytes.length) {
      refuse("damaged", "is truncated; a segment is not whole. Take the whole file");
    }
    const content = bytes.subarray(at + 2, codedFrom);
    at = marker === START_OF_SCAN ? endOfScan(bytes, codedFrom) : codedFrom;
    yield { marker, content, codedFrom, codedTo: at };
  }
}

export function isRestart(marker: number): boolean {
  return marker >= FIRST_RESTART && marker < START_OF_IMAGE;
}

/** Behind coded pixels: there 0xff stands before 0 and restart markers alone. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length && (bytes[at + 1] === 0 || isRestart(bytes[at + 1]))) {
    at = bytes.indexOf(0xff, at + 2);
  }
  return at < 0 ? bytes.length : at;
}
