// The thread in which pictures are decoded that would keep the event loop. It is bundled at build time, as text:
// scripts/build_picture_worker.mjs.

import { parentPort } from "node:worker_threads";
import { preprocessDigit, preprocessDigits } from "../../data/index.ts";
import { Problem } from "../http/problem.ts";
import type { PictureKind } from "./picture_kind.ts";
import type { PictureContent } from "./picture_reader.ts";
import { readJpeg } from "./read_jpeg.ts";
import { readPng } from "./read_png.ts";

export interface PictureJob {
  /** What is read of it. */
  readonly want: keyof PictureContent;
  readonly kind: PictureKind;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly maxPixels: number;
}

/** What was wanted, a problem with the picture, or what went wrong in here. */
export type PictureResult =
  | { readonly content: PictureContent[keyof PictureContent] }
  | { readonly problem: { readonly status: number; readonly error: string; readonly reason: Problem["reason"] } }
  | { readonly failure: string };

parentPort?.on("message", (job: PictureJob) => {
  parentPort?.postMessage(resultOf(job));
});

function resultOf({ want, kind, bytes, name, maxPixels }: PictureJob): PictureResult {
  try {
    const picture = (kind === "png" ? readPng : readJpeg)(bytes, name, maxPixels);
    return { content: want === "digit" ? preprocessDigit(picture) : preprocessDigits(picture) };
  } catch (error) {
    if (!(error instanceof Problem)) return { failure: (error as Error).stack ?? String(error) };
    const { status, message, reason } = error;
    return { problem: { status, error: message, reason } };
  }
}
