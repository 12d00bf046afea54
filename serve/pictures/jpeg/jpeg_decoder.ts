// JpegDecoder: mozjpeg, compiled to WebAssembly, as @jsquash/jpeg packs it.
//
// Why that and not jpeg-js 0.4.4, which is plain JavaScript of 40 KB. Measured on one machine, medians:
//
//                          @jsquash/jpeg 1.6    jpeg-js 0.4.4
//   280 × 280                         0.4 ms            14 ms
//   1000 × 1000                        75 ms           223 ms
//   12 million pixels                  1.6 s             5.9 s
//   start-up                     one module of 166 KB    none
//   damaged files            says what it met, and goes on   throws, or paints grey
//
// (two cores that others used at the same time; the ratios are what counts.) It decodes in a thread of its own, which pays the
// start-up once, and only where somebody sends a JPEG. What it met is told as text alone; a file is refused for all of it but
// bytes between segments, which cameras leave. It ends its instance where it gives up; another is made of the compiled module.
//
// It gives all pixels of a picture: up to MAX_JPEG_PIXELS, so that a thread needs at most 140 MB while it decodes one.

import mozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import type { Picture } from "../../../lib/index.ts";

/** What it says of harmless faults: "Corrupt JPEG data: 4 extraneous bytes before marker 0xd9". */
const HARMLESS = /extraneous bytes before marker|Unknown Adobe color transform|unknown JFIF revision/;
/** An instance whose memory has grown beyond this is given back: WebAssembly's memory never shrinks. */
const MAX_KEPT_BYTES = 32 * 2 ** 20;

interface Codec {
  /** Its memory. */
  readonly HEAP8: Int8Array;
  /** @param turns as Exif says; by copies of the whole picture, so not here */
  decode(bytes: Uint8Array, turns: boolean): ImageData | null;
}

export class JpegDecoder {
  private codec: Promise<Codec> | null = null;
  private told: string[] = [];

  constructor(private readonly module: WebAssembly.Module) {}

  /** @returns the pixels, or what is wrong with them */
  async decode(bytes: Uint8Array): Promise<Picture | string> {
    this.codec ??= this.instantiate();
    const codec = await this.codec;
    this.told = [];
    try {
      const result = codec.decode(bytes, false);
      const fault = this.told.find((text) => !HARMLESS.test(text));
      if (fault !== undefined || !result) return fault ?? "they cannot be decoded";
      const { width, height, data } = result;
      return { width, height, data };
    } catch {
      this.codec = null; // It called exit, or met with an invalid address: nothing is certain in there any more.
      return this.told[0] ?? "they cannot be decoded";
    } finally {
      if (codec.HEAP8.length > MAX_KEPT_BYTES) this.codec = null;
    }
  }

  private async instantiate(): Promise<Codec> {
    const codec: unknown = await mozjpeg({
      noInitialRun: true,
      instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
        const instance = new WebAssembly.Instance(this.module, imports);
        done(instance);
        return instance.exports;
      },
      print: () => {},
      printErr: (text: string) => this.told.push(text),
    });
    return codec as Codec;
  }
}
