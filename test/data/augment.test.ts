import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { type Augmentation, augmentImages } from "../../lib/data/augment.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { normalizeImages } from "../../lib/data/normalize.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("augmentImages");

const [N, SIDE] = [40, 28];
const ALL: Required<Augmentation> = {
  ...{ rotate: 15, shift: 2, scale: 0.1, shear: 0.1, elastic: 1.5, thickness: 0.4 },
  ...{ stretch: 0.8, gaps: 4, blur: 0.8, coarse: 1.5, contrast: 0.6, noise: 0.3, blocks: 0.4 },
};
/** Drawn for a quarter of the pictures each. */
const RARE: readonly (keyof Augmentation)[] = ["stretch", "gaps", "blur", "coarse", "contrast", "noise", "blocks"];
const NORMALIZATION = { mean: 0.1307, std: 0.3081 };
const KEY = { seed: 3, epoch: 1, position: 0 };

/** A blot of 255 somewhat off the centre, or one a picture. */
const pixels = Uint8Array.from({ length: N * SIDE * SIDE }, (_, at) => {
  const [i, j] = [Math.floor(at / SIDE) % SIDE, at % SIDE];
  return Math.abs(i - 10) < 4 && Math.abs(j - 15) < 5 ? 255 : 0;
});
const images = tensor(pixels, [N, SIDE, SIDE], "u8").keep();
const rows = (count = N): ReturnType<typeof tensor<"i32">> =>
  tensor(
    Array.from({ length: count }, (_, i) => i),
    [count],
    "i32",
  );
const augmented = (augmentation: Augmentation, key = KEY, count = N): Float32Array =>
  augmentImages(images, rows(count), augmentation, key, NORMALIZATION).data.slice();

/** Ink of each picture, in pixels, and the centre of it: [ink, row, column]. */
function inkOf(values: Float32Array): [number, number, number][] {
  return Array.from({ length: values.length / SIDE ** 2 }, (_, n) => {
    let [ink, row, column] = [0, 0, 0];
    for (let at = 0; at < SIDE ** 2; at++) {
      const value = values[n * SIDE ** 2 + at] * 0.3081 + 0.1307;
      ink += value;
      row += value * Math.floor(at / SIDE);
      column += value * (at % SIDE);
    }
    return [ink, row / ink, column / ink];
  });
}

const isA =
  (type: abstract new (...args: never[]) => Error) =>
  (error: Error): boolean =>
    error instanceof type;

test("with nothing to distort it is normalizeImages, to the bit", () => {
  expectClose(augmented({}), normalizeImages(images, NORMALIZATION, rows()).data, 0);
  expectClose(augmented({ rotate: 0, elastic: 0 }), normalizeImages(images, NORMALIZATION, rows()).data, 0);
});

test("a picture's distortion follows from seed, epoch and position alone", () => {
  const whole = augmented(ALL);
  assert.equal(augmented(ALL), whole);
  // In two batches, the second of which begins at position 10.
  const tail = augmentImages(
    images,
    tensor([7, 8], [2], "i32"),
    ALL,
    { ...KEY, position: 10 },
    NORMALIZATION,
  ).data.slice();
  assert.equal(tail, whole.slice(10 * SIDE ** 2, 12 * SIDE ** 2));
  assert.not.equal(augmented(ALL, { ...KEY, epoch: 2 }), whole);
  assert.not.equal(augmented(ALL, { ...KEY, seed: 4 }), whole);
});

test("no two pictures are distorted alike", () => {
  const first = (n: number, values: Float32Array): string => values.slice(n * SIDE ** 2, (n + 1) * SIDE ** 2).join();
  for (const name of Object.keys(ALL) as (keyof Augmentation)[]) {
    const values = augmented({ [name]: ALL[name] });
    if (!RARE.includes(name)) assert.is(new Set(Array.from({ length: N }, (_, n) => first(n, values))).size, N, name);
  }
});

test("each part does what it says, within its bound", () => {
  // Undistorted: 7 × 9 pixels about (10, 15).
  const centres = (augmentation: Augmentation): number[][] => inkOf(augmented(augmentation));
  const spread = (values: number[]): number => Math.max(...values) - Math.min(...values);
  for (const [ink, row, column] of centres({ shift: 2 })) {
    assert.ok(Math.abs(ink - 63) < 1e-3, `ink ${ink}`);
    assert.ok(Math.abs(row - 10) < 2.001 && Math.abs(column - 15) < 2.001, `${row}, ${column}`);
  }
  assert.ok(spread(centres({ shift: 2 }).map(([, row]) => row)) > 2);
  assert.ok(spread(centres({ shift: 2 }).map(([, , column]) => column)) > 2);
  // About the centre (13.5, 13.5), from which the blot is √(3.5² + 1.5²) away.
  for (const [ink, row, column] of centres({ rotate: 30 })) {
    assert.ok(Math.abs(ink - 63) < 1, `ink ${ink}`);
    const [before, after] = [Math.atan2(10 - 13.5, 15 - 13.5), Math.atan2(row - 13.5, column - 13.5)];
    assert.ok(Math.abs(after - before) < Math.PI / 6 + 0.02, `turned by ${after - before}`);
    assert.ok(Math.abs(Math.hypot(row - 13.5, column - 13.5) - Math.hypot(3.5, 1.5)) < 0.1);
  }
  for (const [ink] of centres({ scale: 0.2 }))
    assert.ok(ink > 63 * 0.8 ** 2 - 1 && ink < 63 * 1.2 ** 2 + 1, `ink ${ink}`);
  for (const [ink, , column] of centres({ shear: 0.2 })) {
    assert.ok(Math.abs(ink - 63) < 1 && Math.abs(column - 15) < 0.2 * 3.5 + 0.01, `ink ${ink}, column ${column}`);
  }
  for (const [, row, column] of centres({ elastic: 2 })) assert.ok(Math.abs(row - 10) < 2 && Math.abs(column - 15) < 2);
  // Its edge of 9 × 11 − 7 × 9 = 36 pixels gains, or 63 − 5 × 7 = 28 lose, at most half.
  for (const [ink] of centres({ thickness: 0.5 }))
    assert.ok(ink > 63 - 14 - 1e-3 && ink < 63 + 18 + 1e-3, `ink ${ink}`);
  assert.ok(spread(centres({ thickness: 0.5 }).map(([ink]) => ink)) > 16);
});

test("what degrades does so to an eighth of the pictures, to a quarter where it goes both ways", () => {
  const plain = augmented({});
  const isTouched = (values: Float32Array, n: number): boolean =>
    values.slice(n * SIDE ** 2, (n + 1) * SIDE ** 2).some((value, at) => value !== plain[n * SIDE ** 2 + at]);
  for (const name of RARE) {
    const most = name === "stretch" ? 1 : ALL[name];
    const touched = [1, 2, 3, 4].flatMap((epoch) => {
      const values = augmented({ [name]: most }, { ...KEY, epoch });
      return Array.from({ length: N }, (_, n) => isTouched(values, n)).filter(Boolean);
    }).length;
    const share = touched / (4 * N);
    // Of 160: a hole may miss the blot, steps may be too small to change it, and white cannot become whiter.
    const expected = name === "contrast" || name === "gaps" ? [0.04, 0.25] : [0.06, 0.2];
    assert.ok(share > expected[0] && share < expected[1], `${name}: ${share}`);
  }
});

test("brightness stays within the scale, whatever is drawn", () => {
  const values = augmented({ ...ALL, contrast: 0.95, noise: 1, blocks: 1 });
  for (const value of values) {
    const part = value * 0.3081 + 0.1307;
    assert.ok(part > -1e-5 && part < 1 + 1e-5, String(part));
  }
});

test("old parts draw what they drew before there were the others", () => {
  const old = { rotate: 15, shift: 2, scale: 0.1, shear: 0.1, elastic: 1.5, thickness: 0.4 };
  const none = { stretch: 0, gaps: 0, blur: 0, coarse: 0, contrast: 0, noise: 0, blocks: 0 };
  assert.equal(augmented({ ...old, ...none }), augmented(old));
});

test("batches distort where they are asked to, differently in each epoch, in the same way at any batch size", () => {
  const labels = tensor(new Uint8Array(N), [N], "u8").keep();
  const dataset = new Dataset({ name: "blots", images, labels });
  const walk = (batchSize: number, epoch: number, augment?: Augmentation): number[] =>
    collect(dataset, { batchSize, seed: 1, epoch, augment });
  assert.equal(walk(7, 1, ALL), walk(16, 1, ALL));
  assert.not.equal(walk(16, 1, ALL), walk(16, 2, ALL));
  assert.not.equal(walk(16, 1, ALL), walk(16, 1));
  assert.throws(() => dataset.batches({ batchSize: 7, augment: { rotate: -1 } }), isA(OptionError));
});

function collect(dataset: Dataset, options: Parameters<Dataset["batches"]>[0]): number[] {
  const all: number[] = [];
  for (const { x } of dataset.batches(options)) all.push(...x.data);
  return all;
}

test("the number of threads changes no bit", async () => {
  const alone = augmented(ALL);
  await setThreads(2);
  try {
    assert.equal(augmented(ALL), alone);
  } finally {
    await setThreads(1);
  }
});

test("nothing is left in memory", () => {
  using index = rows();
  assert.is(
    leaks(() => augmentImages(images, index, ALL, KEY).dispose()),
    0,
  );
});

test("wrong parts, keys and operands are refused by name", () => {
  const refuse = (augmentation: object, what: RegExp): void =>
    assert.throws(
      () => augmentImages(images, rows(), augmentation, KEY),
      (error: Error) => error instanceof OptionError && what.test(error.message),
    );
  refuse({ rotate: 181 }, /augment: rotate must be a number from 0 to 180; got 181/);
  refuse({ scale: 1 }, /scale must be a number from 0 to below 1; got 1/);
  assert.ok(augmented({ scale: 0.999 }).every(Number.isFinite));
  refuse({ contrast: 1 }, /contrast must be a number from 0 to below 1; got 1/);
  refuse({ blur: 1.1 }, /blur must be a number from 0 to 1; got 1.1/);
  refuse({ coarse: 16 }, /coarse must be a number from 0 to 15; got 16/);
  refuse({ thickness: 2.5 }, /thickness must be a number from 0 to 2; got 2.5/);
  refuse({ shift: Number.NaN }, /shift must be .* got NaN/);
  refuse({ twist: 1 }, /augment: there is no option twist\. It takes rotate, shift/);
  assert.throws(() => augmentImages(images, rows(), {}, { ...KEY, seed: -1 }), isA(OptionError));
  assert.throws(() => augmentImages(images, rows(), {}, { ...KEY, position: 0.5 }), isA(OptionError));
  // Twice this is a whole number.
  assert.throws(
    () => augmentImages(images, rows(), {}, { ...KEY, epoch: 0.5 }),
    /augmentImages: epoch must be an integer ≥ 0/,
  );
  const integers = tensor([1, 2], [1, 1, 2], "i32") as never;
  assert.throws(() => augmentImages(integers, rows(), {}, KEY), isA(DTypeError));
  assert.throws(() => augmentImages(images, tensor([[0]], undefined, "i32") as never, {}, KEY), isA(ShapeError));
});

test.run();
