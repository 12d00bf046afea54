import { PNG } from "pngjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng } from "../../data/decode_png.ts";
import { encodePng } from "../../data/encode_png.node.ts";
import { DataError, OptionError } from "../../lib/base/errors.ts";
import type { Picture } from "../../lib/data/picture.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("encodePng");

type Pixel = (i: number) => readonly [number, number, number, number];

function picture(width: number, height: number, pixel: Pixel) {
  const data = Uint8Array.from(Array.from({ length: width * height }, (_, i) => pixel(i)).flat());
  return { width, height, data };
}

const KINDS: readonly [name: string, colourType: number, pixel: Pixel][] = [
  ["grey", 0, (i) => [(i * 91) % 256, (i * 91) % 256, (i * 91) % 256, 255]],
  ["RGB", 2, (i) => [(i * 91) % 256, (i * 53 + 1) % 256, (i * 17) % 256, 255]],
  ["RGBA", 6, (i) => [(i * 91) % 256, (i * 53) % 256, (i * 17) % 256, (i * 7) % 256]],
  ["grey with alpha, kept as RGBA", 6, (i) => [i % 256, i % 256, i % 256, 128]],
];

for (const [name, colourType, pixel] of KINDS) {
  test(`${name}: decodePng and pngjs alone give the same bytes back`, () => {
    for (const [width, height] of [
      [1, 1],
      [1, 7],
      [5, 1],
      [13, 11],
      [300, 200],
    ]) {
      const original = picture(width, height, pixel);
      const png = encodePng(original);
      const decoded = decodePng(png, "a.png");
      assert.equal([decoded.width, decoded.height], [width, height]);
      assert.equal(decoded.data, original.data);
      assert.equal(new Uint8Array(PNG.sync.read(Buffer.from(png)).data), original.data);
      if (width * height > 100) assert.is(png[25], colourType);
    }
  });
}

test("clamped bytes, as a canvas has them, are encoded alike", () => {
  const { width, height, data } = picture(9, 5, KINDS[1][2]);
  assert.equal(encodePng({ width, height, data: new Uint8ClampedArray(data) }), encodePng({ width, height, data }));
});

test("enlarged pixels and plain areas take little room", () => {
  const png = encodePng(picture(400, 400, (i) => (Math.floor(i / 4) % 50 > 25 ? [0, 105, 168, 255] : [9, 9, 9, 255])));
  assert.ok(png.length < 3000, `${png.length} bytes for 480,000`);
});

test("what is no picture is refused", () => {
  for (const bad of [
    { width: 0, height: 3, data: new Uint8Array(0) },
    { width: 2, height: 2, data: new Uint8Array(15) },
  ]) {
    assert.throws(
      () => encodePng(bad),
      (error: Error) => error instanceof DataError && /^encodePng: .* got \d+ bytes for /.test(error.message),
    );
  }
  const refused = (bad: unknown, message: string) =>
    refuses(() => encodePng(bad as Picture), OptionError, `encodePng: picture${message}`);
  for (const width of [1.5, Number.NaN, -1]) {
    refused({ width, height: 1, data: new Uint8Array(4) }, `.width must be an integer ≥ 0; got ${width}.`);
  }
  refused(undefined, " must be an object; got undefined.");
  refused(
    { width: 1, height: 1, data: [0, 0, 0, 0] },
    ".data must be bytes in a Uint8Array or a Uint8ClampedArray; got [0, 0, 0, 0].",
  );
});

test.run();
