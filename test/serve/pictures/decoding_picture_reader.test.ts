// Pictures as clients send them: what is read, where, and what is said of the rest.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeJpeg, decodePng, encodePng } from "../../../data/index.node.ts";
import { preprocessDigit } from "../../../data/index.ts";
import { Problem } from "../../../serve/http/problem.ts";
import { DecodingPictureReader } from "../../../serve/pictures/decoding_picture_reader.ts";

const test = suite("DecodingPictureReader");
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/jpeg/${name}`));
const reader = new DecodingPictureReader({ maxPixels: 16_000_000 });
test.after(() => reader.close());

const read = (bytes: Uint8Array, name = "it", from = reader) =>
  from.read(bytes, name, { signal: new AbortController().signal, deadlineMs: performance.now() + 10_000 });

async function problemOf(bytes: Uint8Array, from = reader): Promise<string> {
  try {
    await read(bytes, "it", from);
  } catch (error) {
    assert.instance(error, Problem);
    return `${(error as Problem).status} ${(error as Problem).message}`;
  }
  return "no problem";
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

test("a small PNG is read here, without a thread", async () => {
  const alone = new DecodingPictureReader({ maxPixels: 16_000_000, script: "throw new Error('no thread is wanted')" });
  const bytes = readFileSync("docs/digits/7.png");
  assert.equal(await read(bytes, "7.png", alone), preprocessDigit(decodePng(bytes, "7.png")));
  await alone.close();
});

test("a large PNG and a JPEG are read in the thread, to the same digit", async () => {
  const { width, height, data } = decodePng(readFileSync("docs/digits/7.png"), "7.png");
  const large = { width: 3 * width, height: 3 * height, data: new Uint8Array(36 * width * height) };
  for (let i = 0; i < 9 * width * height; i++) {
    const [x, y] = [Math.floor((i % large.width) / 3), Math.floor(i / large.width / 3)];
    large.data.set(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4), 4 * i);
  }
  assert.equal(await read(encodePng(large)), preprocessDigit(large));
  const jpeg = fixture("held_6.jpg");
  assert.equal(await read(jpeg), preprocessDigit(decodeJpeg(jpeg, "it")));
});

test("what is neither PNG nor JPEG is refused with what to do", async () => {
  const cases: [bytes: Uint8Array, said: RegExp][] = [
    [bytesOf("GIF89a\x01\0\x01\0"), /^415 it is a GIF picture; PNG and JPEG are read: save the frame/],
    [bytesOf("RIFF\0\0\0\0WEBPVP8 "), /^415 it is a WebP picture; .*save it as PNG or JPEG\.$/],
    [bytesOf("BM\0\0\0\0\0\0\0\0"), /^415 it is a BMP picture; .*save it as PNG/],
    [bytesOf("\0\0\0\x18ftypheic\0\0\0\0"), /^415 it is a HEIC picture; .*export it as JPEG; an iPhone/],
    [bytesOf("\0\0\0\x18ftypavif\0\0\0\0"), /^415 it is an AVIF picture; /],
    [bytesOf("II*\0\x08\0\0\0"), /^415 it is a TIFF picture; .*save it as PNG\.$/],
    [bytesOf("%PDF-1.7\n"), /^415 it is a PDF document; .*export the page as PNG/],
    [bytesOf("<svg xmlns='http://www.w3.org/2000/svg'/>"), /^415 it is an SVG drawing; .*export it as PNG/],
    [bytesOf("iVBORw0KGgo="), /^415 it is a picture written as text, in base64; .*\/predict\/base64\.$/],
    [bytesOf("<!doctype html><title>404</title>"), /^415 it is an HTML page; .*send the picture itself\.$/],
    [bytesOf("PK\x03\x04"), /^415 it is a ZIP archive; .*unpack the picture first\.$/],
    [bytesOf("\x01\x02\x03\x04"), /^415 it is no picture that is known here; .*save it as PNG\.$/],
    [new Uint8Array(0), /^400 it is empty\.$/],
  ];
  for (const [bytes, said] of cases) assert.match(await problemOf(bytes), said);
});

test("damage is 400 and too many pixels 413, of a PNG and of a JPEG, here and in the thread", async () => {
  const png = readFileSync("docs/digits/7.png");
  assert.match(await problemOf(png.subarray(0, 500)), /^400 it is truncated/);
  assert.match(await problemOf(fixture("grey.jpg").subarray(0, 700)), /^400 it is truncated/);
  const small = new DecodingPictureReader({ maxPixels: 1000 });
  assert.match(await problemOf(png, small), /^413 it claims 38,416 pixels; at most 1,000 are read\./);
  assert.match(await problemOf(fixture("grey.jpg"), small), /^413 it claims 4,032 pixels; at most 1,000 are read\./);
  await small.close();
});

test("a JPEG of a kind that is not read is 415, and one of too many scans 413", async () => {
  assert.match(await problemOf(fixture("cmyk.jpg")), /^415 it is in CMYK, for printing; save it as RGB or grey\.$/);
  const many = readFileSync("test/corpus/jpeg/three-hundred-scans.input");
  assert.match(await problemOf(many), /^413 it has 3\d\d scans of .*, which takes too long to decode/);
});

test.run();
