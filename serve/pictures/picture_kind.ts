// What a picture's file is, and what can be done with one that is not read.

import { pictureRemedy } from "../../lib/base/picture_remedy.ts";
import { pictureType } from "../../lib/base/picture_type.ts";
import { Problem } from "../http/problem.ts";

/** What is read. */
export type PictureKind = "png" | "jpeg";

const WORDS = {
  "data-url": "decode its base64 and send the bytes, or send the text to /predict/base64",
  base64: "decode it and send the bytes, or send the text to /predict/base64",
  text: "send the picture itself",
  data: "send a picture",
} as const;

/** What nearly all pictures begin with; asking for every type that is known takes as long as decoding a small one. */
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** @throws {Problem} 400 an empty file, 415 neither PNG nor JPEG */
export function pictureKind(bytes: Uint8Array, name: string): PictureKind {
  if (bytes.length === 0) throw new Problem(400, `${name} is empty.`, { reason: "bad_request" });
  if (startsWith(bytes, PNG)) return "png";
  if (startsWith(bytes, JPEG)) return "jpeg";
  const type = pictureType(bytes);
  if (type?.kind === "png" || type?.kind === "jpeg") return type.kind;
  const what = type ? `is ${type.what}` : "is no picture that is known here";
  throw new Problem(415, `${name} ${what}; PNG and JPEG are read: ${pictureRemedy(type, WORDS)}.`, {
    reason: "unsupported_media",
  });
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
