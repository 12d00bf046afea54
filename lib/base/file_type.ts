// fileType: what a file is, by its first bytes, whatever it is called.
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the first bytes of many files are such

export interface FileType {
  readonly kind: string;
  /** As a sentence says it: "a JPEG picture". */
  readonly what: string;
  readonly group: "picture" | "drawing" | "text" | "archive" | "data";
}

type Row = readonly [kind: string, what: string, group: FileType["group"], pattern: RegExp];

/** How much of a file is looked at: an SVG may begin with a long comment. */
const HEAD_BYTES = 2048;

/** Patterns over bytes as characters 0 … 255; `.` stands for any byte. */
const BINARY: readonly Row[] = [
  // Also where its first byte was lost because it was copied as text.
  ["png", "a PNG picture", "picture", /^(\x89|\xc2\x89|\xef\xbf\xbd)PNG/],
  ["jpeg", "a JPEG picture", "picture", /^\xff\xd8\xff/],
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
  ["gzip", "a gzip file", "archive", /^\x1f\x8b/],
  ["zip", "a ZIP archive", "archive", /^PK(\x03\x04|\x05\x06)/],
  ["bzip2", "a bzip2 file", "archive", /^BZh\d/],
  ["xz", "an xz file", "archive", /^\xfd7zXZ\0/],
  ["zstd", "a Zstandard file", "archive", /^\x28\xb5\x2f\xfd/],
  ["7z", "a 7-Zip archive", "archive", /^7z\xbc\xaf\x27\x1c/],
  ["rar", "a RAR archive", "archive", /^Rar!\x1a\x07/],
  ["tar", "a tar archive", "archive", /^.{257}ustar/s],
  ["pickle", "a Python pickle", "data", /^\x80[\x02-\x05]/],
  ["numpy", "a NumPy array", "data", /^\x93NUMPY/],
  ["hdf5", "an HDF5 file", "data", /^\x89HDF\r\n\x1a\n/],
  ["idx", "an IDX file", "data", /^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]\0/],
  ["safetensors", "a safetensors file", "data", /^.{4}\0\0\0\0\{"/s],
];

/** The same over text, without a byte order mark and leading blanks. */
const TEXT: readonly Row[] = [
  ["data-url", "a data URL, which is a file written as text", "text", /^data:[\w.+-]+\/[\w.+-]+[;,]/i],
  ["base64", "a picture written as text, in base64", "text", /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR)/],
  ["git-lfs", "a Git LFS pointer to the file", "text", /^version https:\/\/git-lfs/],
  ["svg", "an SVG drawing", "drawing", /^(<svg\b|(<\?xml\b|<!--|<!doctype svg).*?<svg\b)/is],
  ["html", "an HTML page", "text", /^(<!--.*?-->\s*)*<(!doctype html|html|head|body|script|meta|title)\b/is],
  ["xml", "an XML file", "text", /^<\?xml\b/i],
  ["json", "a JSON file", "text", /^[[{]\s*(["\]}[{\d]|$)/],
];

/**
 * What a file is, judged by its first bytes: pictures, archives, pages, and what else is found under another's name.
 *
 * @returns null where nothing is recognised, and for an empty file
 * @example fileType(bytes)?.what // "a JPEG picture"
 */
export function fileType(bytes: Uint8Array): FileType | null {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  for (const [kind, what, group, pattern] of BINARY) if (pattern.test(head)) return { kind, what, group };
  if (/^(\xff\xfe|\xfe\xff)/.test(head)) return { kind: "text", what: "a text file", group: "text" };
  const text = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  for (const [kind, what, group, pattern] of TEXT) if (pattern.test(text)) return { kind, what, group };
  // Control characters other than tab, line feed, form feed and carriage return occur in no text.
  const isText = head.length > 0 && !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(head) && isUtf8(bytes.subarray(0, HEAD_BYTES));
  return isText ? { kind: "text", what: "a text file", group: "text" } : null;
}

/** Whether the bytes are UTF-8, a last character that is cut off aside. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
