// DecodingPictureReader: decodes pictures where they are small, on the event loop.

import { decodePng } from "../../data/index.node.ts";
import { type PreprocessedDigit, preprocessDigit } from "../../data/index.ts";
import { DataError } from "../../lib/index.ts";
import { Problem } from "../http/problem.ts";
import type { PictureReader } from "./picture_reader.ts";

export class DecodingPictureReader implements PictureReader {
  constructor(private readonly options: { maxPixels: number }) {}

  async read(bytes: Uint8Array, name: string): Promise<PreprocessedDigit> {
    try {
      return preprocessDigit(decodePng(bytes, name, { maxPixels: this.options.maxPixels }));
    } catch (error) {
      if (error instanceof DataError) throw new Problem(400, error.problem, { reason: "bad_request" });
      throw error;
    }
  }

  async close(): Promise<void> {}
}
