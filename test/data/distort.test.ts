import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { type Distortion, distortImages } from "../../lib/data/distort.ts";
import { normalizeImages } from "../../lib/data/normalize.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("distortImages");

const [N, H, W] = [3, 9, 11];
const pixels = Uint8Array.from({ length: N * H * W }, (_, i) => (i * 97 + (i >> 3) * 31) % 256);
const images = tensor(pixels, [N, H, W], "u8").keep();
const index = tensor([2, 0, 1], [N], "i32").keep();
const NORMALIZATION = { mean: 0.1307, std: 0.3081 };
/** Coordinates of f32, up to 20, and 255 from pixel to pixel, as a part of 0.3081 · 255. */
const TOLERANCE = (16 * 20 * 2 ** -24) / 0.3081;

const distorted = (distortion: Distortion): Float32Array =>
  distortImages(images, index, distortion, NORMALIZATION).data.slice();

/** Normalised pixels of what `from` says pixel (i, j) comes from. */
function moved(from: (i: number, j: number) => [number, number]): Float32Array {
  const bytes = Uint8Array.from(pixels, (_, at) => {
    const [n, i, j] = [Math.floor(at / (H * W)), Math.floor(at / W) % H, at % W];
    const [r, c] = from(i, j);
    return r >= 0 && r < H && c >= 0 && c < W ? pixels[(n * H + r) * W + c] : 0;
  });
  return normalizeImages(tensor(bytes, [N, H, W], "u8"), NORMALIZATION, index).data.slice();
}

test("nothing changes nothing, and whole pixels move to the bit: right and down", () => {
  expectClose(distorted({}), normalizeImages(images, NORMALIZATION, index).data, 0);
  expectClose(
    distorted({ shiftX: 2 }),
    moved((i, j) => [i, j - 2]),
    0,
  );
  expectClose(
    distorted({ shiftY: -3 }),
    moved((i, j) => [i + 3, j]),
    0,
  );
});

test("90° clockwise takes the top to the right, 180° is the image upside down", () => {
  const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
  expectClose(
    distorted({ rotate: 90 }),
    moved((i, j) => [cy - (j - cx), cx + (i - cy)]),
    TOLERANCE,
  );
  expectClose(
    distorted({ rotate: 180 }),
    moved((i, j) => [H - 1 - i, W - 1 - j]),
    TOLERANCE,
  );
});

test("twice as wide, a third as high: pixels come from where they lay", () => {
  expectClose(
    distorted({ scaleY: 1 / 3 }),
    moved((i, j) => [4 + 3 * (i - 4), j]),
    TOLERANCE,
  );
  const wide = distorted({ scaleX: 2 });
  // Every second column is one of the image's own.
  const [row, column] = [3, 5];
  for (const step of [-2, -1, 0, 1, 2]) {
    const expected = normalizeImages(images, NORMALIZATION, index).data[row * W + column + step];
    expectClose([wide[row * W + column + 2 * step]], [expected], TOLERANCE, `step ${step}`);
  }
});

test("a slant of one moves each row by its distance from the middle, downward to the right", () => {
  expectClose(
    distorted({ shear: 1 }),
    moved((i, j) => [i, j - (i - 4)]),
    TOLERANCE,
  );
});

test("thickness takes the largest, or the smallest, of the nine around", () => {
  const extreme = (choose: (...values: number[]) => number): Float32Array => {
    const bytes = Uint8Array.from(pixels, (_, at) => {
      const [n, i, j] = [Math.floor(at / (H * W)), Math.floor(at / W) % H, at % W];
      const around = [-1, 0, 1].flatMap((di) =>
        [-1, 0, 1].map((dj) =>
          i + di >= 0 && i + di < H && j + dj >= 0 && j + dj < W ? pixels[(n * H + i + di) * W + j + dj] : 0,
        ),
      );
      return choose(...around);
    });
    return normalizeImages(tensor(bytes, [N, H, W], "u8"), NORMALIZATION, index).data.slice();
  };
  expectClose(distorted({ thickness: 1 }), extreme(Math.max), TOLERANCE);
  expectClose(distorted({ thickness: -1 }), extreme(Math.min), TOLERANCE);
});

test("batches distort all images alike", () => {
  const labels = tensor(new Uint8Array(N), [N], "u8").keep();
  const dataset = new Dataset({ name: "noise", images, labels, normalization: NORMALIZATION });
  for (const { x } of dataset.batches({ batchSize: N, distort: { shiftX: 2 } })) {
    const inOrder = tensor([0, 1, 2], [N], "i32");
    expectClose(x.data, distortImages(images, inOrder, { shiftX: 2 }, NORMALIZATION).data, 0);
  }
});

test("amounts that make no sense are refused, and so are both kinds of distortion at once", () => {
  const refused: [Distortion, RegExp][] = [
    [{ rotate: Number.NaN }, /distort: rotate must be a finite number; got NaN/],
    [{ scaleX: 0 }, /scaleX must be a finite number > 0; got 0/],
    [{ thickness: 2.5 }, /thickness must be from −2 to 2; got 2.5/],
    [{ shiftY: Number.POSITIVE_INFINITY }, /shiftY must be a finite number/],
    [
      { scale: 1.2 } as Distortion,
      /distort: there is no option scale; did you mean scaleX\? It takes rotate, shiftX, shiftY, scaleX/,
    ],
    [{ shiftx: 2 } as Distortion, /there is no option shiftx; did you mean shiftX/],
    [{ toString: 1 } as unknown as Distortion, /there is no option toString/],
  ];
  const isRefusal = (message: RegExp) => (error: Error) => error instanceof OptionError && message.test(error.message);
  for (const [distortion, message] of refused) assert.throws(() => distorted(distortion), isRefusal(message));
  const labels = tensor(new Uint8Array(N), [N], "u8").keep();
  const dataset = new Dataset({ name: "noise", images, labels, normalization: NORMALIZATION });
  assert.throws(() => dataset.batches({ batchSize: 1, distort: { scaleX: -1 } }), isRefusal(/scaleX/));
  assert.throws(() => dataset.batches({ batchSize: 1, distort: {}, augment: {} }), isRefusal(/exclude each other/));
});

test.run();
