// JPEG files, as Pillow and libjpeg wrote them and as nobody should.

import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeJpeg, decodePng } from "../../data/index.node.ts";
import { DataError, type Picture } from "../../lib/index.ts";

const test = suite("decodeJpeg");
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/jpeg/${name}`));
const upright = decodePng(fixture("upright.png"), "upright.png");

const decode = (bytes: Uint8Array, maxPixels?: number): Picture => decodeJpeg(bytes, "it", { maxPixels });

function problemOf(bytes: Uint8Array, maxPixels?: number): string {
  try {
    decode(bytes, maxPixels);
  } catch (error) {
    assert.instance(error, DataError);
    return `${(error as DataError).details.fault}: ${(error as DataError).problem}`;
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

/** Of a square's pixels, one channel. */
function meanOf({ width, data }: Picture, column: number, row: number, step: number, c: number): number {
  let sum = 0;
  for (let y = row * step; y < (row + 1) * step; y++) {
    for (let x = column * step; x < (column + 1) * step; x++) sum += data[4 * (y * width + x) + c];
  }
  return sum / step ** 2;
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
  test(`a picture held as Exif's orientation ${orientation} says is turned upright`, () => {
    assert.ok(difference(decode(fixture(`held_${orientation}.jpg`)), upright) < 3);
  });
}

test("without what Exif says they differ, but for the first", () => {
  const plain = fixture("held_1.jpg");
  const exif = segmentAt(plain, 0xe1);
  for (const orientation of [2, 3, 4]) {
    const held = fixture(`held_${orientation}.jpg`).slice();
    held[exif + 4] = 0x58; // no longer "Exif"
    assert.ok(difference(decode(held), upright) > 10);
  }
});

test("grey, progressive and full colours are the same picture", () => {
  for (const name of ["progressive.jpg", "full_colours.jpg"]) {
    assert.ok(difference(decode(fixture(name)), upright) < 3, name);
  }
  const grey = decode(fixture("grey.jpg"));
  assert.ok(grey.data.every((value, i) => i % 4 === 3 || value === grey.data[i - (i % 4)]));
});

for (const file of readdirSync("test/fixtures/jpeg/coded").filter((name) => name.endsWith(".jpg"))) {
  test(`${file} has the pixels that libjpeg finds in it`, () => {
    const name = `coded/${file}`;
    const found = decode(fixture(name));
    const expected = decodePng(fixture(name.replace(/jpg$/, "png")), "expected");
    assert.equal([found.width, found.height], [expected.width, expected.height]);
    const most = Math.max(...found.data.map((value, i) => Math.abs(value - expected.data[i])));
    assert.ok(most <= 3 && difference(found, expected) < 0.5, `${most}, ${difference(found, expected)} in the mean`);
  });
}

test("made smaller by 2, 4 and 8 it is the mean of its squares, however it is coded", () => {
  for (const name of ["coded/half_both.jpg", "coded/quarter_across.jpg", "coded/progressive_bits.jpg", "grey.jpg"]) {
    const whole = decode(fixture(name));
    for (const step of [2, 4, 8]) {
      const small = decodeJpeg(fixture(name), "it", { maxSide: Math.ceil(whole.width / step) });
      const [columns, rows] = [Math.floor(whole.width / step), Math.floor(whole.height / step)];
      assert.equal([small.width, small.height], [columns, rows]);
      let sum = 0;
      for (let i = 0; i < columns * rows; i++) {
        for (let c = 0; c < 3; c++) sum += Math.abs(small.data[4 * i + c] - meanOf(whole, i % columns, Math.floor(i / columns), step, c)); // biome-ignore format: one line
      }
      // Samples that were clamped one by one, and colours that had no sample for each pixel.
      assert.ok(sum / (3 * columns * rows) < 6, `${name} by ${step}: ${sum / (3 * columns * rows)}`);
    }
  }
});

test("of a picture with a side beyond eight times what is wanted, more is averaged", () => {
  const { width, height } = decodeJpeg(fixture("large.jpg"), "it", { maxSide: 20 });
  assert.equal([width, height], [20, 16]);
});

test("restart markers that are missing or out of order are damage", () => {
  const plain = fixture("coded/restarts.jpg");
  const at = plain.findIndex((byte, i) => byte === 0xff && plain[i + 1] === 0xd1);
  const swapped = plain.slice();
  swapped[at + 1] = 0xd4;
  assert.is(problemOf(swapped), "damaged: it is damaged; of its pixels, a restart marker is out of order.");
  const without = Uint8Array.of(...plain.subarray(0, at), ...plain.subarray(at + 2));
  assert.match(problemOf(without), /^damaged: it is damaged; of its pixels, /);
});

test("a progressive picture whose coefficients would not fit into 80 MB is refused before any is decoded", () => {
  const large = fixture("progressive.jpg").slice();
  const frame = segmentAt(large, 0xc2);
  large.set([0x10, 0, 0x10, 0], frame + 5);
  const first = segmentAt(large, 0xda);
  const scans = Uint8Array.of(...large.subarray(0, first + 14), 0xff, 0xd9);
  assert.match(problemOf(scans), /^too_costly: it is progressive, and of 4096 × 4096 pixels takes too much memory/);
});

test("a large picture is averaged down to at most 1024 pixels a side", () => {
  const { width, height, data } = decode(fixture("large.jpg"));
  assert.equal([width, height, data.length], [700, 550, 4 * 700 * 550]);
  const level = (x: number, y: number): number => data[4 * (y * width + x)];
  assert.ok(level(5, 5) > 240 && level(350, 110) < 40);
});

test("CMYK, other depths and hardly used codings are refused with what to do", () => {
  assert.is(problemOf(fixture("cmyk.jpg")), "unsupported: it is in CMYK, for printing; save it as RGB or grey.");
  const plain = fixture("grey.jpg");
  const frame = segmentAt(plain, 0xc0);
  const deep = plain.slice();
  deep[frame + 4] = 12;
  assert.is(problemOf(deep), "unsupported: it has 12 bits a sample; save it with 8.");
  const arithmetic = plain.slice();
  arithmetic[frame + 1] = 0xc9;
  assert.match(problemOf(arithmetic), /^unsupported: .*arithmetic.*save it as an ordinary JPEG\.$/);
});

test("a file that ends early is truncated, wherever it ends", () => {
  const plain = fixture("progressive.jpg");
  for (const end of [2, 3, 20, 200, plain.length >> 1, plain.length - 2, plain.length - 1]) {
    assert.match(problemOf(plain.subarray(0, end)), /^damaged: it is truncated; /, String(end));
  }
});

test("pixels that are damaged are refused, not painted grey, and the next file is read", () => {
  const plain = fixture("full_colours.jpg");
  const scan = segmentAt(plain, 0xda) + 14;
  const short = Uint8Array.of(...plain.subarray(0, scan + 100), 0xff, 0xd9);
  assert.match(problemOf(short), /^damaged: it is damaged; of its pixels, they end early/);
  const codes = plain.slice();
  codes.fill(255, segmentAt(plain, 0xc4) + 5, segmentAt(plain, 0xc4) + 20);
  assert.match(problemOf(codes), /^damaged: it is damaged; a table of codes makes no sense/);
  assert.ok(difference(decode(plain), upright) < 3);
});

test("the number of pixels is looked at before any is decoded", () => {
  const large = fixture("grey.jpg").slice();
  const frame = segmentAt(large, 0xc0);
  large.set([0xff, 0xff, 0xff, 0xff], frame + 5);
  assert.is(problemOf(large), "too_many_pixels: it claims 65535 × 65535 pixels; at most 40000000 are read. Make it smaller."); // biome-ignore format: one line
  assert.match(
    problemOf(fixture("grey.jpg"), 4000),
    /^too_many_pixels: it claims 72 × 56 pixels; at most 4000 are read/,
  );
});

test("scans are counted, so that few bytes cannot hold a minute's work", () => {
  const plain = fixture("progressive.jpg");
  const first = segmentAt(plain, 0xda);
  // Refinements of nothing: a scan of ten bytes that goes over every block.
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0xd0, 0];
  const many = Uint8Array.from([
    ...plain.subarray(0, first),
    ...Array.from({ length: 300 }, () => scan).flat(),
    ...plain.subarray(first),
  ]);
  assert.match(problemOf(many), /^too_costly: it has 3\d\d scans of 72 × 56 pixels, which takes too long to decode/);
  const wide = plain.slice();
  wide.set([0x0c, 0, 0x10, 0], segmentAt(wide, 0xc2) + 5);
  const scans = Uint8Array.from([
    ...wide.subarray(0, first),
    ...Array.from({ length: 20 }, () => scan).flat(),
    ...wide.subarray(first),
  ]);
  assert.match(problemOf(scans), /^too_costly: it has 3\d scans of 4096 × 3072 pixels/);
});

test("Exif that leads nowhere is as none", () => {
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
  const size = (bytes: Uint8Array): number => decode(bytes).width;
  assert.is(size(exif(...entry(6))), 56);
  for (const tiff of [
    entry(9),
    entry(0),
    [0x49, 0x49, 42, 0, 255, 255, 255, 255],
    [1, 2, 3],
    [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 255, 255],
  ]) {
    assert.is(size(exif(...tiff)), 72, tiff.join());
  }
  assert.is(size(plain), 72);
});

test.run();
