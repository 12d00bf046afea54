// The pictures that `infer --visualize` writes: what the network saw, large enough to look at.

import { basename, extname, join } from "node:path";
import { encodePng, writeFileAtomic } from "../../data/index.node.ts";
import { makeFolder } from "../../lib/base/make_folder.node.ts";
import { describeSystemError } from "../../lib/base/system_error.ts";
import type { Picture } from "../../lib/index.ts";

const SIDE = 28;
/** Each pixel becomes a square of this side: 280×280 in all. */
const SCALE = 10;

/** Names the pictures NAME.seen.png, and NAME-2.seen.png where two files have one name. */
export class SeenPictures {
  private readonly used = new Map<string, number>();

  constructor(private readonly folder: string) {}

  /** @param pixels 28×28 @returns the path written */
  write(file: string, pixels: Uint8Array): string {
    const name = file === "-" ? "stdin" : basename(file, extname(file));
    const count = (this.used.get(name) ?? 0) + 1;
    this.used.set(name, count);
    const path = join(this.folder, `${name}${count > 1 ? `-${count}` : ""}.seen.png`);
    try {
      makeFolder(this.folder);
    } catch (error) {
      throw new Error(describeSystemError(`cannot write ${path}`, error));
    }
    writeFileAtomic(path, encodePng(enlarge(pixels)), { followLinks: false });
    return path;
  }
}

function enlarge(pixels: Uint8Array): Picture {
  const side = SIDE * SCALE;
  const data = new Uint8Array(4 * side * side).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = 4 * (y * side + x);
      data.fill(pixels[Math.floor(y / SCALE) * SIDE + Math.floor(x / SCALE)], at, at + 3);
    }
  }
  return { width: side, height: side, data };
}
