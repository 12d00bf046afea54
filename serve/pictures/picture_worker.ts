// The thread in which pictures are decoded that would keep the event loop. It is bundled at build time, as text:
// scripts/build_picture_worker.mjs.

import { parentPort } from "node:worker_threads";
import wasm from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
import type { PreprocessedDigit } from "../../data/index.ts";
import { Problem } from "../http/problem.ts";
import { JpegDecoder } from "./jpeg/jpeg_decoder.ts";
import { readJpeg } from "./jpeg/read_jpeg.ts";
import type { PictureKind } from "./picture_kind.ts";
import { readPng } from "./read_png.ts";

export interface PictureJob {
  readonly kind: PictureKind;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly maxPixels: number;
}

/** A digit, a problem with the picture, or what went wrong in here. */
export type PictureResult =
  | { readonly digit: PreprocessedDigit }
  | { readonly problem: { readonly status: number; readonly error: string; readonly reason: Problem["reason"] } }
  | { readonly failure: string };

let decoder: JpegDecoder | null = null;

parentPort?.on("message", async (job: PictureJob) => {
  parentPort?.postMessage(await resultOf(job));
});

async function resultOf({ kind, bytes, name, maxPixels }: PictureJob): Promise<PictureResult> {
  try {
    if (kind === "png") return { digit: readPng(bytes, name, maxPixels) };
    decoder ??= new JpegDecoder(new WebAssembly.Module(wasm));
    return { digit: await readJpeg(bytes, name, decoder, maxPixels) };
  } catch (error) {
    if (!(error instanceof Problem)) return { failure: (error as Error).stack ?? String(error) };
    const { status, message, reason } = error;
    return { problem: { status, error: message, reason } };
  }
}
