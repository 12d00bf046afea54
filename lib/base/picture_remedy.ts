// pictureRemedy: what can be done with a file that should have been a PNG or a JPEG.

import type { FileType } from "./file_type.ts";

const OF_KINDS: Readonly<Record<string, string>> = {
  heic: "export it as JPEG; an iPhone takes JPEGs once Settings, Camera, Formats says Most Compatible",
  avif: "save it as PNG or JPEG",
  gif: "save the frame that shows the digit as PNG",
  webp: "save it as PNG or JPEG",
  bmp: "save it as PNG, which is smaller, too",
  tiff: "save it as PNG",
  pdf: "export the page as PNG, at 100 pixels or more",
};
const OF_GROUPS = {
  picture: "open it in an image program and save it as PNG",
  drawing: "export it as PNG, at 100 pixels or more",
  text: "fetch or save the picture itself",
  archive: "unpack the picture first",
  data: "name a picture",
} as const;
const OF_TEXT = "decode its base64, and save the bytes that this gives";

/**
 * @param type null: nothing that is recognised
 * @param words of a door, by kind or by group, where it has other ones
 * @example pictureRemedy(pictureType(bytes)) // "export it as PNG, at 100 pixels or more"
 */
export function pictureRemedy(type: FileType | null, words: Readonly<Record<string, string>> = {}): string {
  if (type === null) return "save it as PNG";
  const { kind, group } = type;
  const isText = kind === "data-url" || kind === "base64";
  return words[kind] ?? OF_KINDS[kind] ?? words[group] ?? (isText ? OF_TEXT : OF_GROUPS[group]);
}
