import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng } from "../../data/decode_png.node.ts";
import { DataError } from "../../lib/base/errors.ts";
import { expectClose } from "../support/expect_close.ts";
import { encodePng, type PngSpec, pngChunk, pngFile, pngHeader, rgbaOf } from "../support/png.ts";

const test = suite("decodePng");

const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;
const NAMES = { 0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha" } as const;
const END = pngChunk("IEND", new Uint8Array(0));

function specOf(colourType: keyof typeof DEPTHS, depth: PngSpec["depth"], width: number, height: number): PngSpec {
  const levels = colourType === 3 ? Math.min(2 ** depth, 200) : 2 ** depth;
  return {
    width,
    height,
    depth,
    colourType,
    sample: (x, y, c) => (x * 977 + y * 3001 + c * 7919 + x * y * 13) % levels,
    palette:
      colourType === 3
        ? Array.from({ length: levels }, (_, i) => [(i * 5) % 256, (i * 77) % 256, 255 - i] as const)
        : undefined,
  };
}

function expectDecoded(spec: PngSpec): void {
  const { width, height, data } = decodePng(encodePng(spec), "a.png");
  assert.equal([width, height], [spec.width, spec.height]);
  // 16 bits are rounded, or truncated, to 8.
  expectClose(data, rgbaOf(spec), spec.depth === 16 ? 1 : 0);
}

/**
 * The message of the refusal, which must come at once and without taking memory in proportion to the claim.
 * The best of three counts, since other processes may hold the machine up.
 */
function refusal(bytes: Uint8Array): string {
  let message = "accepted";
  for (let attempt = 0; attempt < 3; attempt++) {
    const started = performance.now();
    const before = process.memoryUsage().rss;
    try {
      decodePng(bytes, "bad.png");
      return "accepted";
    } catch (error) {
      assert.instance(error, DataError);
      message = (error as Error).message;
    }
    if (performance.now() - started < 100 && process.memoryUsage().rss - before < 50e6) break;
    assert.ok(attempt < 2, `took ${performance.now() - started} ms, ${process.memoryUsage().rss - before} bytes`);
  }
  assert.not.match(message, "\n");
  return message;
}

for (const colourType of [0, 2, 3, 4, 6] as const) {
  for (const depth of DEPTHS[colourType]) {
    for (const isInterlaced of [false, true]) {
      test(`${NAMES[colourType]}, ${depth} bits, ${isInterlaced ? "interlaced" : "not interlaced"}`, () => {
        for (const [width, height] of [
          [1, 1],
          [3, 5],
          [9, 11],
          [21, 8],
        ]) {
          expectDecoded({ ...specOf(colourType, depth, width, height), isInterlaced });
        }
      });
    }
  }
}

test("transparency of a palette, of one grey and of one colour", () => {
  expectDecoded({ ...specOf(3, 4, 9, 9), transparency: [0, 128, 255, 7] });
  for (const depth of [2, 8, 16] as const) {
    const spec = specOf(0, depth, 9, 9);
    expectDecoded({ ...spec, transparency: [spec.sample(4, 5, 0)] });
  }
  for (const depth of [8, 16] as const) {
    const spec = specOf(2, depth, 9, 9);
    expectDecoded({ ...spec, transparency: [0, 1, 2].map((c) => spec.sample(4, 5, c)) });
  }
});

test("chunks that a reader may skip are skipped, and IDAT may come in pieces", () => {
  const spec = specOf(2, 8, 6, 4);
  const whole = encodePng(spec);
  const data = whole.subarray(41, whole.length - 16); // behind signature, IHDR and IDAT's head, before its CRC and IEND
  const file = pngFile(
    pngHeader(6, 4, 8, 2),
    pngChunk("gAMA", Uint8Array.of(0, 0, 0xb1, 0x8f)),
    pngChunk("tEXt", new TextEncoder().encode("Comment\0hello")),
    pngChunk("IDAT", data.slice(0, 5)),
    pngChunk("IDAT", new Uint8Array(0)),
    pngChunk("IDAT", data.slice(5)),
    pngChunk("tIME", new Uint8Array(7)),
    END,
    Uint8Array.of(1, 2, 3),
  );
  assert.equal([...decodePng(file, "a.png").data], rgbaOf(spec));
});

test("a width of 2³¹−1 is refused, in the colour types that abort pngjs", () => {
  const tiny = pngChunk("IDAT", deflateSync(new Uint8Array(10)));
  for (const [depth, colourType] of [
    [8, 2],
    [8, 6],
    [1, 0],
    [16, 6],
  ]) {
    for (const interlace of [0, 1]) {
      for (const [width, height] of [
        [0x7fffffff, 1],
        [1, 0x7fffffff],
        [0x7fffffff, 0x7fffffff],
        [0xffffffff, 0xffffffff],
      ]) {
        const file = pngFile(pngHeader(width, height, depth, colourType, [0, 0, interlace]), tiny, END);
        assert.match(refusal(file), /claims \d+ × \d+ pixels/);
      }
    }
  }
});

test("68 bytes that claim 30,000² pixels are refused", () => {
  const file = pngFile(pngHeader(30_000, 30_000, 8, 6), pngChunk("IDAT", deflateSync(new Uint8Array(1))), END);
  assert.ok(file.length < 80);
  assert.match(refusal(file), "claims 30000 × 30000 pixels; at most 64000000 are read");
});

test("a claim within the limit is not believed either: the pixels must be there", () => {
  for (const interlace of [0, 1]) {
    const file = pngFile(
      pngHeader(7999, 7999, 8, 6, [0, 0, interlace]),
      pngChunk("IDAT", deflateSync(new Uint8Array(100))),
      END,
    );
    assert.match(refusal(file), "is truncated; 7999 × 7999 pixels take");
  }
});

test("pixels that inflate beyond what the header implies are refused, interlaced or not", () => {
  const bomb = pngChunk("IDAT", deflateSync(new Uint8Array(60_000_000)));
  for (const interlace of [0, 1]) {
    assert.match(refusal(pngFile(pngHeader(8, 8, 8, 2, [0, 0, interlace]), bomb, END)), "holds more pixels than 8 × 8");
  }
});

test("16-bit pixels beyond the memory limit are refused", () => {
  assert.match(refusal(pngFile(pngHeader(8000, 8000, 16, 6), END)), "bytes of pixels; at most");
});

test("limits can be lowered", () => {
  const file = encodePng(specOf(2, 8, 20, 20));
  assert.throws(() => decodePng(file, "a.png", { maxPixels: 399 }), /at most 399 are read/);
  assert.throws(() => decodePng(file, "a.png", { maxFileBytes: 99 }), /at most 99 are read/);
});

test("every truncation is refused", () => {
  const file = encodePng({ ...specOf(3, 8, 9, 11), transparency: [1, 2, 3] });
  for (let length = 0; length < file.length; length++) {
    assert.match(refusal(file.slice(0, length)), /is truncated|is empty|is not a PNG/);
  }
});

test("every damaged byte is refused: of the signature, or by a CRC, a length or an order", () => {
  const file = encodePng(specOf(6, 8, 5, 4));
  for (let at = 0; at < file.length; at++) {
    const bad = file.slice();
    bad[at] ^= 0x10;
    assert.is.not(refusal(bad), "accepted", `byte ${at}`);
  }
});

test("damage behind a correct CRC is refused as well", () => {
  const header = pngHeader(4, 4, 8, 0);
  const rows = (filter: number) => Uint8Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? filter : i));
  const idat = (bytes: Uint8Array) => pngChunk("IDAT", bytes);
  const good = idat(deflateSync(rows(1)));
  const palette = pngChunk("PLTE", new Uint8Array(6));
  const cases: [string, Uint8Array[]][] = [
    ["Unrecognised filter type", [header, idat(deflateSync(rows(9))), END]],
    ["is damaged", [header, idat(new Uint8Array(30)), END]],
    ["is damaged", [header, idat(deflateSync(rows(0)).subarray(0, 9)), END]],
    ["has colour type 5", [pngHeader(4, 4, 8, 5), good, END]],
    ["has colour type 2 with 4 bits", [pngHeader(4, 4, 4, 2), good, END]],
    ["has compression 1", [pngHeader(4, 4, 8, 0, [1, 0, 0]), good, END]],
    ["interlace 2", [pngHeader(4, 4, 8, 0, [0, 0, 2]), good, END]],
    ["claims 0 × 4 pixels", [pngHeader(0, 4, 8, 0), good, END]],
    ["does not begin with an IHDR", [good, header, END]],
    ["its chunk IHDR is out of place", [header, header, good, END]],
    ["its chunk IDAT is out of place", [header, good, pngChunk("tEXt", new Uint8Array(2)), good, END]],
    ["its chunk PLTE is out of place", [pngHeader(4, 4, 8, 2), good, palette, END]],
    ["a grey picture has a palette", [header, palette, good, END]],
    ["its palette is missing", [pngHeader(4, 4, 8, 3), good, END]],
    ["its palette has 7 bytes", [pngHeader(4, 4, 8, 3), pngChunk("PLTE", new Uint8Array(7)), good, END]],
    ["its palette has 9 bytes", [pngHeader(4, 4, 1, 3), pngChunk("PLTE", new Uint8Array(9)), good, END]],
    ["its transparency has 3 bytes", [header, pngChunk("tRNS", new Uint8Array(3)), good, END]],
    ["its transparency has 1 bytes", [pngHeader(4, 4, 8, 4), pngChunk("tRNS", new Uint8Array(1)), good, END]],
    ["the unknown chunk ABCD", [header, pngChunk("ABCD", new Uint8Array(3)), good, END]],
    ['a chunk is called "a-cd"', [header, pngChunk("a-cd", new Uint8Array(3)), good, END]],
    ["it has no pixels", [header, END]],
    ["its chunk IEND is not empty", [header, good, pngChunk("IEND", new Uint8Array(1))]],
    ["not in palette", [pngHeader(4, 4, 8, 3), palette, good, END]],
  ];
  for (const [message, chunks] of cases) assert.match(refusal(pngFile(...chunks)), message);
});

test("another format is named, with what to do about it", () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const png = encodePng(specOf(0, 8, 3, 3));
  const cases: [Uint8Array, string][] = [
    [bytes("GIF89a and more"), "is a GIF picture, not a PNG picture; open it in an image program and save it as PNG."],
    [bytes("\xff\xd8\xff\xe0\0\x10JFIF"), "is a JPEG picture, not a PNG picture; open it in an image program"],
    [bytes("<svg xmlns='http://www.w3.org/2000/svg'/>"), "is an SVG drawing, not a PNG picture; export it as PNG"],
    [bytes("<!DOCTYPE html><html></html>"), "is an HTML page, not a PNG picture; fetch or save the picture itself."],
    [
      bytes("data:image/png;base64,iVBORw0KGgo"),
      "is a data URL, which is a file written as text, not a PNG picture; decode",
    ],
    [bytes("PK\x03\x04 and more"), "is a ZIP archive, not a PNG picture; unpack the picture first."],
    [bytes("two words"), "is a text file, not a PNG picture; fetch or save the picture itself."],
    // What a transfer in text mode makes of the signature.
    [Uint8Array.from([...png.subarray(0, 4), ...png.subarray(5)]), "is a damaged PNG picture; its signature is wrong"],
    [png.subarray(0, 5), "is truncated"],
    [new Uint8Array(100), "is not a PNG picture; its signature is missing."],
    [new Uint8Array(0), "is empty"],
  ];
  for (const [content, message] of cases) assert.match(refusal(content), `decodePng: bad.png ${message}`);
});

test("whatever is changed, the result is a picture or a DataError, soon (fuzz)", () => {
  const originals = [
    encodePng(specOf(0, 1, 30, 9)),
    encodePng({ ...specOf(2, 8, 9, 11), isInterlaced: true }),
    encodePng({ ...specOf(3, 4, 9, 11), transparency: [3, 4, 5] }),
    encodePng(specOf(6, 16, 9, 11)),
  ];
  const flips = fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.nat(3), flips, fc.boolean(), (which, changes, mendsCrc) => {
      const bytes = originals[which].slice();
      for (const [at, mask] of changes) bytes[at % bytes.length] ^= mask;
      const file = mendsCrc ? withMendedCrcs(bytes) : bytes;
      try {
        const { width, height, data } = decodePng(file, "fuzz.png");
        assert.is(data.length, 4 * width * height);
      } catch (error) {
        assert.instance(error, DataError);
      }
    }),
    { numRuns: 3000, seed: 7 },
  );
});

/** The same chunks with right CRCs, so that a change reaches what lies behind them. */
function withMendedCrcs(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  const chunks: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    chunks.push(pngChunk(String.fromCharCode(...bytes.subarray(at + 4, at + 8)), bytes.slice(at + 8, end - 4)));
    at = end;
  }
  return pngFile(...chunks);
}

test.run();
