// DecodingPictureReader: pictures that clients send, to what the networks read.
//
// What is read:
//
//   PNG     every colour type and depth, interlaced or not
//   JPEG    baseline and progressive, grey or in colours; turned as its Exif orientation says
//
//   to a picture's bytes, and to its pixels (16 million by default: 413 beyond), there is a limit;
//   pictures of more than 1024 pixels a side are averaged down
//   damaged or truncated: 400; anything else, and JPEGs in CMYK, of 12 bits or arithmetic coding: 415, with what to do
//
// Where it is decoded: a PNG of few pixels and bytes, and one digit in it, on the event loop, in turns, since that takes a
// millisecond or two; the rest in a thread of its own, which is ended when a picture takes too long (503).

import { preprocessDigit } from "../../data/index.ts";
import type { WorkLimits } from "../inference/work_limits.ts";
import { pictureKind } from "./picture_kind.ts";
import type { PictureContent, PictureReader } from "./picture_reader.ts";
import { PictureThread, type PictureThreadOptions } from "./picture_thread.ts";
import { isSmallPng, readPng } from "./read_png.ts";
import { Turns } from "./turns.ts";

export class DecodingPictureReader implements PictureReader {
  private readonly maxPixels: number;
  private readonly thread: PictureThread;
  private readonly turns = new Turns();

  constructor({ maxPixels, ...thread }: { maxPixels: number } & PictureThreadOptions) {
    this.maxPixels = maxPixels;
    this.thread = new PictureThread(thread);
  }

  get waiting(): number {
    return this.turns.length;
  }

  async read<Want extends keyof PictureContent = "digit">(
    bytes: Uint8Array,
    name: string,
    limits: WorkLimits,
    want: keyof PictureContent = "digit",
  ): Promise<PictureContent[Want]> {
    const kind = pictureKind(bytes, name);
    const { maxPixels } = this;
    if (want === "digit" && kind === "png" && isSmallPng(bytes)) {
      const digit = await this.turns.take(limits, () => preprocessDigit(readPng(bytes, name, maxPixels)));
      return digit as PictureContent[Want];
    }
    const content = await this.thread.decode({ want, kind, bytes, name, maxPixels }, limits);
    return content as PictureContent[Want];
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}
