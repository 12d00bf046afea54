import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, DTypeError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { type Normalization, normalizeImages } from "../../lib/data/normalize.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("normalizeImages");

/** Two images of 2×2 with three channels. */
const SHAPE = [2, 2, 2, 3];
const BYTES = Uint8Array.from({ length: 24 }, (_, i) => (i * 41) % 256);
const bytes = tensor(BYTES, SHAPE, "u8").keep();
const floats = tensor(
  Float32Array.from(BYTES, (value) => value / 128 - 1),
  SHAPE,
).keep();

const f = Math.fround;

test("without a normalisation bytes become x/255, and f32 stays as it is", () => {
  expectClose(
    normalizeImages(bytes).data,
    [...BYTES].map((x) => f(x / 255)),
    0,
  );
  assert.equal([...normalizeImages(floats).data], [...floats.data]);
  const taken = normalizeImages(floats, null, tensor([1], [1], "i32"));
  assert.equal([...taken.data], [...floats.data.subarray(12)]);
});

test("a channel has its own mean and deviation, or all have one", () => {
  const mean = [0.49, 0.48, 0.45];
  const std = [0.25, 0.24, 0.26];
  const each = (x: number, c: number): number => f(f(x - f(mean[c])) / f(std[c]));
  expectClose(
    normalizeImages(bytes, { mean, std }).data,
    [...BYTES].map((x, i) => each(f(x / 255), i % 3)),
    0,
  );
  expectClose(
    normalizeImages(floats, { mean, std }).data,
    [...floats.data].map((x, i) => each(x, i % 3)),
    0,
  );
  const mixed = normalizeImages(bytes, { mean: 0.5, std });
  expectClose(
    mixed.data,
    [...BYTES].map((x, i) => f(f(f(x / 255) - 0.5) / f(std[i % 3]))),
    0,
  );
});

test("images of one channel may leave its axis out", () => {
  const grey = tensor(BYTES, [2, 4, 3], "u8");
  const y = normalizeImages(grey, { mean: 0.1, std: 0.3 });
  assert.equal(y.shape, [2, 4, 3, 1]);
  assert.equal([...y.data], [...normalizeImages(tensor(BYTES, [2, 4, 3, 1], "u8"), { mean: [0.1], std: [0.3] }).data]);
});

test("nothing but the result stays in the arena", () => {
  const normalization = { mean: [0.1, 0.2, 0.3], std: 2 };
  assert.is(
    leaks(() => normalizeImages(bytes, normalization).dispose()),
    0,
  );
});

test("what cannot be normalised, or not by that, is refused", () => {
  const refuses = (body: () => unknown, type: abstract new (...args: never[]) => Error, message: RegExp) =>
    assert.throws(body, (error: Error) => error instanceof type && message.test(error.message));
  const wrong: [Normalization, RegExp][] = [
    [
      { mean: [0.5, 0.5], std: 1 },
      /normalization.mean must have a number for each of the 3 channels .*got \[0.5, 0.5\]/,
    ],
    [{ mean: 0, std: [1, 0, 1] }, /normalization.std must be finite and > 0; got 0/],
    [{ mean: 0, std: 1e-50 }, /std must be finite and > 0; got 1e-50/],
    [{ mean: Number.NaN, std: 1 }, /mean must be finite; got NaN/],
    [{ mean: 0 } as Normalization, /std must be a number, or a list of 3; got undefined/],
    [zeros([1], "i32") as never, /mean must be a number, or a list of 3/],
  ];
  for (const [normalization, message] of wrong) {
    refuses(() => normalizeImages(bytes, normalization), OptionError, message);
  }
  refuses(() => normalizeImages(zeros([2, 2])), ShapeError, /must be \[N, H, W\] or \[N, H, W, C\]; got \[2, 2\]/);
  refuses(() => normalizeImages(zeros([1, 2, 2], "i32") as never), DTypeError, /must be u8 or f32; got i32/);
  const index = tensor([2], [1], "i32");
  refuses(() => normalizeImages(bytes, null, index), DataError, /index 0 is 2, but must lie in 0 … 1\./);
});

test.run();
