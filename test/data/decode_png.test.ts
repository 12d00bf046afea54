import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { PNG } from "pngjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng } from "../../data/decode_png.ts";
import { DataError, OptionError } from "../../lib/base/errors.ts";
import type { Picture } from "../../lib/data/picture.ts";
import { expectClose } from "../support/expect_close.ts";
import { encodePng, type PngSpec, pngChunk, pngFile, pngHeader, rgbaOf } from "../support/png.ts";
import { refuses } from "../support/refuses.ts";

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
  expectClose(data, rgbaOf(spec).map(Math.round), 0);
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

test("random pictures of every kind are what pngjs makes of them, bit for bit", () => {
  const kinds = Object.entries(DEPTHS).flatMap(([type, depths]) =>
    depths.map((depth) => ({ colourType: Number(type) as keyof typeof DEPTHS, depth })),
  );
  const deflated = fc.record({
    level: fc.constantFrom(0, 1, 6, 9),
    strategy: fc.constantFrom(0, 1, 2, 3, 4),
    memLevel: fc.constantFrom(1, 8),
  });
  const chance = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  const side = fc.integer({ min: 1, max: 40 });
  const cut = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      side,
      side,
      fc.boolean(),
      chance,
      deflated,
      cut,
      (kind, w, h, il, seed, how, piece) => {
        const { colourType, depth } = kind;
        const at = (i: number): number => Math.imul(seed ^ (i * 0x9e3779b1), 0x85ebca6b) >>> 9;
        const levels = colourType === 3 ? 1 + (at(1) % 2 ** depth) : 2 ** depth;
        // Few levels now and then, so that transparency meets its pixels.
        const used = at(2) % 2 === 0 ? levels : Math.min(levels, 3);
        const sample: PngSpec["sample"] = (x, y, c) => at(100 + 4 * (y * w + x) + c) % used;
        const palette = Array.from(
          { length: levels },
          (_, i) => [at(i) & 255, at(i + 300) & 255, at(i + 600) & 255] as const,
        );
        const hasKey = at(3) % 2 === 0 && colourType < 4;
        const keys = {
          0: [at(4) % used],
          2: [0, 1, 2].map((c) => sample(0, 0, c)),
          3: palette.slice(at(5) % levels).map((_, i) => at(i) & 255),
        };
        const file = encodePng(
          {
            ...{ width: w, height: h, depth, colourType, isInterlaced: il, sample },
            palette: colourType === 3 ? palette : undefined,
            transparency: hasKey ? keys[colourType as 0 | 2 | 3] : undefined,
          },
          { deflate: how, filters: (row) => at(row + 900) % 5, piece },
        );
        const expected = PNG.sync.read(Buffer.from(file));
        const { width, height, data } = decodePng(file, "a.png");
        assert.equal([width, height], [expected.width, expected.height]);
        assert.is(Buffer.compare(Buffer.from(data), expected.data), 0);
      },
    ),
    { numRuns: 600, seed: 3 },
  );
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
  assert.match(refusal(file), "claims 30000 × 30000 pixels; at most 40000000 are read");
});

test("a claim within the limit is not believed either: the pixels must be there", () => {
  for (const interlace of [0, 1]) {
    const file = pngFile(
      pngHeader(2999, 2999, 8, 6, [0, 0, interlace]),
      pngChunk("IDAT", deflateSync(new Uint8Array(100))),
      END,
    );
    assert.match(refusal(file), "is truncated; 2999 × 2999 pixels take");
  }
});

test("pixels that inflate beyond what the header implies are refused, interlaced or not", () => {
  const bomb = pngChunk("IDAT", deflateSync(new Uint8Array(60_000_000)));
  for (const interlace of [0, 1]) {
    assert.match(refusal(pngFile(pngHeader(8, 8, 8, 2, [0, 0, interlace]), bomb, END)), "holds more pixels than 8 × 8");
  }
});

test("limits can be lowered", () => {
  const file = encodePng(specOf(2, 8, 20, 20));
  assert.throws(() => decodePng(file, "a.png", { maxPixels: 399 }), /at most 399 are read/);
  assert.throws(() => decodePng(file, "a.png", { maxFileBytes: 99 }), /at most 99 are read/);
});

test("pixels go into the memory that is given, over whatever is there, where they find room in it", () => {
  for (const colourType of [0, 2, 3, 4, 6] as const) {
    for (const maxSide of [8, 1024]) {
      const spec = specOf(colourType, 8, 23, 14);
      const file = encodePng(spec);
      const expected = decodePng(file, "a.png", { maxSide });
      const into = new Uint8Array(4 * 23 * 14 + 8).fill(0xa5);
      const picture = decodePng(file, "a.png", { maxSide, into });
      assert.is(picture.data.buffer, into.buffer);
      assert.equal({ ...picture, data: [...picture.data] }, { ...expected, data: [...expected.data] });
      assert.ok(into.subarray(expected.data.length).every((byte) => byte === 0xa5));
      for (const tight of [into.subarray(0, expected.data.length - 1), into.subarray(1)]) {
        const elsewhere = decodePng(file, "a.png", { maxSide, into: tight });
        assert.is.not(elsewhere.data.buffer, into.buffer);
        assert.equal([...elsewhere.data], [...expected.data]);
      }
    }
  }
});

test("a picture with more pixels a side than asked for is averaged, interlaced or not", () => {
  const [width, height, maxSide, step] = [23, 14, 8, 3];
  for (const colourType of [0, 2, 3] as const) {
    const spec = specOf(colourType, 8, width, height);
    const pixels = rgbaOf(spec);
    const expected: number[] = [];
    for (let y = 0; y < height; y += step) {
      for (let x = 0; x < width; x += step) {
        for (let c = 0; c < 4; c++) {
          const values: number[] = [];
          for (let v = y; v < Math.min(height, y + step); v++) {
            for (let u = x; u < Math.min(width, x + step); u++) values.push(pixels[4 * (v * width + u) + c]);
          }
          expected.push(Math.round(values.reduce((sum, value) => sum + value, 0) / values.length));
        }
      }
    }
    for (const isInterlaced of [false, true]) {
      const picture = decodePng(encodePng({ ...spec, isInterlaced }), "a.png", { maxSide });
      assert.equal([picture.width, picture.height], [8, 5]);
      assert.equal([...picture.data], expected);
    }
  }
});

test("what is transparent adds no colour to an average", () => {
  // Red at half strength beside invisible blue and green.
  const pixels = [255, 0, 0, 128, 0, 0, 255, 0, 255, 0, 0, 128, 0, 255, 0, 0];
  for (const isInterlaced of [false, true]) {
    const spec = { width: 2, height: 2, depth: 8, colourType: 6, isInterlaced } as const;
    const file = encodePng({ ...spec, sample: (x, y, c) => pixels[4 * (2 * y + x) + c] });
    assert.equal([...decodePng(file, "a.png", { maxSide: 1 }).data], [255, 0, 0, 64]);
    const invisible = encodePng({ ...spec, sample: (_, __, c) => (c === 3 ? 0 : 200) });
    assert.equal([...decodePng(invisible, "a.png", { maxSide: 1 }).data], [0, 0, 0, 0]);
  }
});

test("by default up to 1024 pixels a side come as they are", () => {
  const sizeOf = (width: number, height: number): number[] => {
    const picture = decodePng(encodePng({ width, height, depth: 1, colourType: 0, sample: () => 1 }), "a.png");
    return [picture.width, picture.height, picture.data.length];
  };
  assert.equal(sizeOf(1024, 3), [1024, 3, 4 * 3072]);
  assert.equal(sizeOf(3, 1025), [2, 513, 4 * 1026]);
});

test("what are no bytes, no name or no limits is refused as the caller's mistake", () => {
  const file = encodePng(specOf(0, 8, 3, 3));
  const refused = (args: unknown[], message: string) =>
    refuses(() => decodePng(...(args as Parameters<typeof decodePng>)), OptionError, new RegExp(message));
  refused(["a.png", "a.png"], "decodePng: bytes must be");
  refused([file, 7], "decodePng: fileName must be");
  for (const maxSide of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    refused([file, "a.png", { maxSide }], "decodePng: maxSide must be an integer ≥ 1");
  }
  refused([file, "a.png", { maxpixels: 3 }], "maxpixels");
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
    ["has filter 9, which PNG does not know", [header, idat(deflateSync(rows(9))), END]],
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
    ["a pixel has colour 4, its palette has 2", [pngHeader(4, 4, 8, 3), palette, idat(deflateSync(rows(0))), END]],
  ];
  for (const [message, chunks] of cases) assert.match(refusal(pngFile(...chunks)), message);
});

test("another format is named, with what to do about it", () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const png = encodePng(specOf(0, 8, 3, 3));
  const cases: [Uint8Array, string][] = [
    [bytes("GIF89a and more"), "is a GIF picture, not a PNG picture; save the frame that shows the digit as PNG."],
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

test("whatever is changed, the result is the picture that pngjs sees, or a DataError (fuzz)", () => {
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
      let accepted: Picture["data"] | null = null;
      try {
        const { width, height, data } = decodePng(file, "fuzz.png");
        assert.is(data.length, 4 * width * height);
        accepted = data;
      } catch (error) {
        assert.instance(error, DataError);
      }
      if (accepted) assert.is(Buffer.compare(Buffer.from(accepted), PNG.sync.read(Buffer.from(file)).data), 0);
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
