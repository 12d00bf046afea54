// PageFolder: the files of a built page. Which there are is found out once: a request names one of them exactly, or nothing, and no
// path of a request ever reaches the file system.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { readFileBounded } from "../../lib/base/read_file.node.ts";

/** As in Content-Encoding, the smallest first; each has its own file beside the plain one, or instead of it. */
const PACKED = { br: ".br", gzip: ".gz" } as const;
export type PackedAs = keyof typeof PACKED;

export interface PageContent {
  bytes: Uint8Array<ArrayBuffer>;
  /** Null: as it is. */
  packedAs: PackedAs | null;
  /** In quotes, as the header has it. */
  etag: string;
}

const MOST_BYTES = 2 ** 26;
const TEXT = "; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
  ".css": `text/css${TEXT}`,
  ".html": `text/html${TEXT}`,
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": `text/javascript${TEXT}`,
  ".json": "application/json",
  ".mjs": `text/javascript${TEXT}`,
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": `text/plain${TEXT}`,
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
/** A digest in a file's name, as bundlers put it there: index-DiwrgTda.js. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.\w+$/;

export class PageFile {
  readonly type: string;
  /** Whether another content would have another name, so that nobody need ask again. */
  readonly isImmutable: boolean;
  private readonly contents = new Map<PackedAs | null, PageContent>();

  constructor(
    /** In its folder, with slashes. */
    readonly name: string,
    private readonly path: string,
    private readonly kept: ReadonlySet<PackedAs | null>,
  ) {
    this.type = TYPES[extname(name)] ?? "application/octet-stream";
    this.isImmutable = HASHED.test(name);
  }

  /** @param accepted as in Accept-Encoding; read at the first call, and kept */
  content(accepted: string | undefined): PageContent {
    const packedAs = (Object.keys(PACKED) as PackedAs[]).find((each) => this.kept.has(each) && accepts(accepted, each));
    const key = packedAs ?? null;
    let content = this.contents.get(key);
    if (!content) {
      const bytes = Uint8Array.from(this.bytes(key));
      const digest = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
      content = { bytes, packedAs: key, etag: `"${digest}"` };
      this.contents.set(key, content);
    }
    return content;
  }

  private bytes(packedAs: PackedAs | null): Uint8Array {
    if (packedAs !== null) return readFileBounded(this.path + PACKED[packedAs], MOST_BYTES);
    if (this.kept.has(null)) return readFileBounded(this.path, MOST_BYTES);
    return gunzipSync(readFileBounded(this.path + PACKED.gzip, MOST_BYTES), { maxOutputLength: MOST_BYTES });
  }
}

/** By their names; empty where there is no such folder. */
export function readPageFolder(folder: string): ReadonlyMap<string, PageFile> {
  const kept = new Map<string, Set<PackedAs | null>>();
  for (const path of filesIn(folder)) {
    const packedAs = (Object.keys(PACKED) as PackedAs[]).find((each) => path.endsWith(PACKED[each])) ?? null;
    const name = packedAs === null ? path : path.slice(0, -PACKED[packedAs].length);
    kept.set(name, (kept.get(name) ?? new Set()).add(packedAs));
  }
  const servable = [...kept].filter(([, forms]) => forms.has(null) || forms.has("gzip"));
  return new Map(servable.map(([name, forms]) => [name, new PageFile(name, join(folder, name), forms)]));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
      .map((path) => path.replaceAll(sep, "/"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Whether a form may be sent: it is named, and not with a weight of 0. */
function accepts(accepted: string | undefined, packedAs: PackedAs): boolean {
  return (accepted ?? "").split(",").some((each) => {
    const [name, ...parameters] = each.split(";").map((word) => word.trim().toLowerCase());
    return name === packedAs && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
