// The pictures that `infer --visualize` writes: what the network saw, large enough to look at.

import { mkdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { describeSystemError } from "../terminal/report_error.ts";
import { PNG } from "./pngjs.ts";

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
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw new Error(describeSystemError(`cannot write ${path}`, error));
    }
    writeFileAtomic(path, enlarge(pixels));
    return path;
  }
}

function enlarge(pixels: Uint8Array): Buffer {
  const side = SIDE * SCALE;
  const image = new PNG({ width: side, height: side, colorType: 0 });
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = pixels[Math.floor(y / SCALE) * SIDE + Math.floor(x / SCALE)];
      image.data.set([value, value, value, 255], (y * side + x) * 4);
    }
  }
  return PNG.sync.write(image, { colorType: 0 });
}
