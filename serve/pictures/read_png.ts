// A PNG file to its pixels. It is inflated once, within bounds that decodePng counts.

import { decodePng } from "../../data/index.node.ts";
import { DataError, type Picture } from "../../lib/index.ts";
import { Problem } from "../http/problem.ts";
import { tooManyPixels } from "./too_many_pixels.ts";

/** Where sides and depth stand: behind the signature and the header's length and name. */
const SIDES_AT = 16;
const DEPTH_AT = 24;
/** 282 a side: more than what pages draw on. */
const SMALL_PIXELS = 80_000;
/** What a file costs goes by its bytes, too: blocks of 12 of them, each with codes to build. */
const SMALL_BYTES = 32_768;

/** For one picture at a time: preprocessing has done with it before the next one comes. */
let pixels: Uint8Array | undefined;

/** @returns what its header claims; 0 where there is none */
function pngPixels(bytes: Uint8Array): number {
  if (bytes.length < SIDES_AT + 8) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(SIDES_AT) * view.getUint32(SIDES_AT + 4);
}

/** Whether reading it takes a millisecond or two, and hardly five, whatever is in it. */
export function isSmallPng(bytes: Uint8Array): boolean {
  return bytes.length <= SMALL_BYTES && pngPixels(bytes) <= SMALL_PIXELS && !(bytes[DEPTH_AT] > 8);
}

/** @returns what holds until the next one is read @throws {Problem} 400 damaged, or too costly to decode; 413 too many pixels */
export function readPng(bytes: Uint8Array, name: string, maxPixels: number): Picture {
  const claimed = pngPixels(bytes);
  if (claimed > maxPixels) throw tooManyPixels(name, claimed, maxPixels);
  pixels ??= new Uint8Array(4 * SMALL_PIXELS);
  try {
    return decodePng(bytes, name, { maxPixels, into: pixels });
  } catch (error) {
    if (error instanceof DataError) throw new Problem(400, error.problem, { reason: "bad_request" });
    throw error;
  }
}
