// What the tests of JPEGs share: the pictures of test/fixtures/make_jpegs.py, and a decoder as the thread has it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { JpegDecoder } from "../../../serve/pictures/jpeg/jpeg_decoder.ts";

const WASM = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");

export const jpegDecoder = (): JpegDecoder => new JpegDecoder(new WebAssembly.Module(readFileSync(WASM)));

export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/jpeg/${name}`));
