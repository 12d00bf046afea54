// What a file is that should have been a picture: pictures of any kind, drawings, archives, and all that file_type.ts knows.
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the first bytes of many files are such

import { type FileType, type FileTypes, fileType } from "./file_type.ts";

const MORE: FileTypes = {
  binary: [
    // Its first byte was lost because it was copied as text.
    ["png", "a PNG picture", "picture", /^(\xc2\x89|\xef\xbf\xbd)PNG/],
    ["gif", "a GIF picture", "picture", /^GIF8[79]a/],
    ["webp", "a WebP picture", "picture", /^RIFF.{4}WEBP/s],
    ["heic", "a HEIC picture", "picture", /^.{4}ftyp(hei|hev|mif1|msf1)/s],
    ["avif", "an AVIF picture", "picture", /^.{4}ftypavi[fs]/s],
    ["jxl", "a JPEG XL picture", "picture", /^(\xff\x0a|\0\0\0\x0cJXL )/],
    ["jp2", "a JPEG 2000 picture", "picture", /^(\xff\x4f\xff\x51|\0\0\0\x0cjP {2})/],
    ["bmp", "a BMP picture", "picture", /^BM.{4}\0\0\0\0/s],
    ["tiff", "a TIFF picture", "picture", /^(II[*+]\0|MM\0[*+])/],
    ["ico", "an icon", "picture", /^\0\0\x01\0.\0/s],
    ["psd", "a Photoshop file", "picture", /^8BPS/],
    ["pdf", "a PDF document", "drawing", /^%PDF-/],
    ["bzip2", "a bzip2 file", "archive", /^BZh\d/],
    ["xz", "an xz file", "archive", /^\xfd7zXZ\0/],
    ["zstd", "a Zstandard file", "archive", /^\x28\xb5\x2f\xfd/],
    ["7z", "a 7-Zip archive", "archive", /^7z\xbc\xaf\x27\x1c/],
    ["tar", "a tar archive", "archive", /^.{257}ustar/s],
    ["rar", "a RAR archive", "archive", /^Rar!\x1a\x07/],
  ],
  text: [
    ["data-url", "a data URL, which is a file written as text", "text", /^data:[\w.+-]+\/[\w.+-]+[;,]/i],
    ["base64", "a picture written as text, in base64", "text", /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR)/],
    ["svg", "an SVG drawing", "drawing", /^(<svg\b|(<\?xml\b|<!--|<!doctype svg).*?<svg\b)/is],
    ["xml", "an XML file", "text", /^<\?xml\b/i],
  ],
};

/**
 * What a file is, judged by its first bytes: pictures, archives, pages, and what else is found under another's name.
 *
 * @returns null where nothing is recognised, and for an empty file
 * @example pictureType(bytes)?.what // "a JPEG picture"
 */
export function pictureType(bytes: Uint8Array): FileType | null {
  return fileType(bytes, MORE);
}
