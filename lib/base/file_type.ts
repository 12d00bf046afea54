// fileType: what a file is, by its first bytes, whatever it is called: of what is met in place of data and weights.
// picture_type.ts knows more.
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the first bytes of many files are such

export interface FileType {
  readonly kind: string;
  /** As a sentence says it: "a JPEG picture". */
  readonly what: string;
  readonly group: "picture" | "drawing" | "text" | "archive" | "data";
}

/** Tried in order. */
export type Row = readonly [kind: string, what: string, group: FileType["group"], pattern: RegExp];

export interface FileTypes {
  /** Patterns over bytes as characters 0 … 255; `.` stands for any byte. */
  readonly binary: readonly Row[];
  /** The same over text, without a byte order mark and leading blanks. */
  readonly text: readonly Row[];
}

/** How much of a file is looked at: an SVG may begin with a long comment. */
const HEAD_BYTES = 2048;

const BINARY: readonly Row[] = [
  ["png", "a PNG picture", "picture", /^\x89PNG/],
  ["jpeg", "a JPEG picture", "picture", /^\xff\xd8\xff/],
  ["gzip", "a gzip file", "archive", /^\x1f\x8b/],
  ["zip", "a ZIP archive", "archive", /^PK(\x03\x04|\x05\x06)/],
  ["pickle", "a Python pickle", "data", /^\x80[\x02-\x05]/],
  ["numpy", "a NumPy array", "data", /^\x93NUMPY/],
  ["hdf5", "an HDF5 file", "data", /^\x89HDF\r\n\x1a\n/],
  ["idx", "an IDX file", "data", /^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]\0/],
  ["safetensors", "a safetensors file", "data", /^.{4}\0\0\0\0\{"/s],
];

const TEXT: readonly Row[] = [
  ["git-lfs", "a Git LFS pointer to the file", "text", /^version https:\/\/git-lfs/],
  ["html", "an HTML page", "text", /^(<!--.*?-->\s*)*<(!doctype html|html|head|body|script|meta|title)\b/is],
  ["json", "a JSON file", "text", /^[[{]\s*(["\]}[{\d]|$)/],
];

/**
 * What a file is, judged by its first bytes.
 *
 * @param more types that are tried before
 * @returns null where nothing is recognised, and for an empty file
 * @example fileType(bytes)?.what // "a JPEG picture"
 */
export function fileType(bytes: Uint8Array, more?: FileTypes): FileType | null {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const binary = find(head, more?.binary) ?? find(head, BINARY);
  if (binary) return binary;
  if (/^(\xff\xfe|\xfe\xff)/.test(head)) return { kind: "text", what: "a text file", group: "text" };
  const text = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  const written = find(text, more?.text) ?? find(text, TEXT);
  if (written) return written;
  // Control characters other than tab, line feed, form feed and carriage return occur in no text.
  const isText = head.length > 0 && !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(head) && isUtf8(bytes.subarray(0, HEAD_BYTES));
  return isText ? { kind: "text", what: "a text file", group: "text" } : null;
}

function find(head: string, rows: readonly Row[] = []): FileType | null {
  for (const [kind, what, group, pattern] of rows) if (pattern.test(head)) return { kind, what, group };
  return null;
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
