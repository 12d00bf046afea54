// somePicture: a file as somebody might send it: a PNG of a digit, whole or damaged, or another format.

import { blankPng, digitPng } from "../support/digit_png.ts";
import { hostileText } from "./hostile_text.ts";
import { mutateBytes, utf8 } from "./mutate_bytes.ts";
import type { Random } from "./random.ts";

const DIGITS = [digitPng(0), digitPng(1)];
const BLANK = blankPng();
/** The first bytes of JPEG, GIF, WebP, BMP, HEIC, PDF and gzip. */
const OTHERS = ["\xff\xd8\xff\xe0\0\x10JFIF\0", "GIF89a\x01\0\x01\0", "RIFF\x24\0\0\0WEBPVP8 ", "BM\x46\0\0\0", "\0\0\0\x18ftypheic", "%PDF-1.7", "\x1f\x8b\x08"].map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0))); // biome-ignore format: one line

export function somePicture(random: Random): Uint8Array {
  if (random.oneIn(8)) return mutateBytes(random, random.pick(DIGITS));
  if (random.oneIn(10)) return random.oneIn(3) ? utf8(hostileText(random)) : random.pick([...OTHERS, new Uint8Array()]);
  return random.oneIn(12) ? BLANK : random.pick(DIGITS);
}
