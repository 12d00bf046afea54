// JPEG files, as Pillow wrote them and as nobody should.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng } from "../../../data/index.node.ts";
import type { Picture } from "../../../lib/index.ts";
import { Problem } from "../../../serve/http/problem.ts";
import { decodeJpeg } from "../../../serve/pictures/jpeg/read_jpeg.ts";
import { fixture, jpegDecoder } from "./jpeg_fixture.ts";

const test = suite("JPEG");
const decoder = jpegDecoder();
const upright = decodePng(fixture("upright.png"), "upright.png");

const decode = (bytes: Uint8Array, maxPixels?: number): Promise<Picture> => decodeJpeg(bytes, "it", decoder, maxPixels);

async function problemOf(bytes: Uint8Array, maxPixels?: number): Promise<string> {
  try {
    await decode(bytes, maxPixels);
  } catch (error) {
    assert.instance(error, Problem);
    return `${(error as Problem).status} ${(error as Problem).message}`;
  }
  return "no problem";
}

/** Mean difference of two pictures' bytes. */
function difference(a: Picture, b: Picture): number {
  assert.equal([a.width, a.height], [b.width, b.height]);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}

/** With another segment behind the start. */
function withSegment(bytes: Uint8Array, marker: number, content: readonly number[]): Uint8Array {
  const length = content.length + 2;
  return Uint8Array.of(0xff, 0xd8, 0xff, marker, length >> 8, length & 255, ...content, ...bytes.subarray(2));
}

/** Where a marker's segment begins. */
function segmentAt(bytes: Uint8Array, marker: number): number {
  for (let at = 2; ; at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3])) if (bytes[at + 1] === marker) return at;
}

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`a picture held as Exif's orientation ${orientation} says is turned upright`, async () => {
    assert.ok(difference(await decode(fixture(`held_${orientation}.jpg`)), upright) < 3);
  });
}

test("without what Exif says they differ, but for the first", async () => {
  const plain = fixture("held_1.jpg");
  const exif = segmentAt(plain, 0xe1);
  for (const orientation of [2, 3, 4]) {
    const held = fixture(`held_${orientation}.jpg`).slice();
    held[exif + 4] = 0x58; // no longer "Exif"
    assert.ok(difference(await decode(held), upright) > 10);
  }
});

test("grey, progressive and full colours are the same picture", async () => {
  for (const name of ["progressive.jpg", "full_colours.jpg"]) {
    assert.ok(difference(await decode(fixture(name)), upright) < 3, name);
  }
  const grey = await decode(fixture("grey.jpg"));
  assert.ok(grey.data.every((value, i) => i % 4 === 3 || value === grey.data[i - (i % 4)]));
});

test("a large picture is averaged down to at most 1024 pixels a side", async () => {
  const { width, height, data } = await decode(fixture("large.jpg"));
  assert.equal([width, height, data.length], [700, 550, 4 * 700 * 550]);
  const level = (x: number, y: number): number => data[4 * (y * width + x)];
  assert.ok(level(5, 5) > 240 && level(350, 110) < 40);
});

test("CMYK, other depths and hardly used codings are refused with what to do", async () => {
  assert.is(await problemOf(fixture("cmyk.jpg")), "415 it is in CMYK, for printing; save it as RGB or grey.");
  const plain = fixture("grey.jpg");
  const frame = segmentAt(plain, 0xc0);
  const deep = plain.slice();
  deep[frame + 4] = 12;
  assert.is(await problemOf(deep), "415 it has 12 bits a sample; save it with 8.");
  const arithmetic = plain.slice();
  arithmetic[frame + 1] = 0xc9;
  assert.match(await problemOf(arithmetic), /^415 .*arithmetic.*save it as an ordinary JPEG\.$/);
});

test("a file that ends early is truncated, wherever it ends", async () => {
  const plain = fixture("progressive.jpg");
  for (const end of [2, 3, 20, 200, plain.length >> 1, plain.length - 2, plain.length - 1]) {
    assert.match(await problemOf(plain.subarray(0, end)), /^400 it is truncated; /, String(end));
  }
});

test("pixels that are damaged are refused, not painted grey, and the next file is read", async () => {
  const plain = fixture("full_colours.jpg");
  const scan = segmentAt(plain, 0xda) + 14;
  const short = Uint8Array.of(...plain.subarray(0, scan + 100), 0xff, 0xd9);
  assert.match(await problemOf(short), /^400 it is damaged; of its pixels, the decoder says: Corrupt JPEG data/);
  const codes = plain.slice();
  codes.fill(255, segmentAt(plain, 0xc4) + 5, segmentAt(plain, 0xc4) + 20);
  assert.match(await problemOf(codes), /^400 it is damaged; of its pixels, the decoder says: Bogus Huffman table/);
  assert.ok(difference(await decode(plain), upright) < 3);
});

test("the number of pixels is looked at before any is decoded", async () => {
  const large = fixture("grey.jpg").slice();
  const frame = segmentAt(large, 0xc0);
  large.set([0xff, 0xff, 0xff, 0xff], frame + 5);
  assert.is(await problemOf(large), "413 it claims 4,294,836,225 pixels; at most 12,582,912 are read. Make it smaller: a digit needs 100 a side."); // biome-ignore format: one line
  assert.match(await problemOf(fixture("grey.jpg"), 4000), /^413 it claims 4,032 pixels; at most 4,000 are read/);
});

test("scans are counted, so that few bytes cannot hold a minute's work", async () => {
  const plain = fixture("progressive.jpg");
  const first = segmentAt(plain, 0xda);
  // Refinements of nothing: a scan of ten bytes that goes over every block.
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0xd0, 0];
  const many = Uint8Array.from([
    ...plain.subarray(0, first),
    ...Array.from({ length: 300 }, () => scan).flat(),
    ...plain.subarray(first),
  ]);
  assert.match(await problemOf(many), /^413 it has 3\d\d scans of 72 × 56 pixels, which takes too long to decode/);
  const wide = plain.slice();
  wide.set([0x0c, 0, 0x10, 0], segmentAt(wide, 0xc2) + 5);
  const scans = Uint8Array.from([
    ...wide.subarray(0, first),
    ...Array.from({ length: 20 }, () => scan).flat(),
    ...wide.subarray(first),
  ]);
  assert.match(await problemOf(scans), /^413 it has 3\d scans of 4096 × 3072 pixels/);
});

test("Exif that leads nowhere is as none", async () => {
  const plain = fixture("held_1.jpg");
  const exif = (...tiff: number[]): Uint8Array => withSegment(fixture("grey.jpg"), 0xe1, [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]); // biome-ignore format: one line
  const entry = (value: number): number[] => [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    value,
    0,
    0,
  ];
  const size = async (bytes: Uint8Array): Promise<number> => (await decode(bytes)).width;
  assert.is(await size(exif(...entry(6))), 56);
  for (const tiff of [
    entry(9),
    entry(0),
    [0x49, 0x49, 42, 0, 255, 255, 255, 255],
    [1, 2, 3],
    [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 255, 255],
  ]) {
    assert.is(await size(exif(...tiff)), 72, tiff.join());
  }
  assert.is(await size(plain), 72);
});

test.run();
