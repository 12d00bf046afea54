import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { augmentImages } from "../../lib/data/augment.ts";
import type { BatchOptions } from "../../lib/data/batches.ts";
import { Dataset, type LabelType } from "../../lib/data/dataset.ts";
import { distortImages } from "../../lib/data/distort.ts";
import { normalizeImages } from "../../lib/data/normalize.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("Dataset");

/** Picture i is filled with the byte i, and its label is i modulo 10. */
function numbered(count: number): Dataset {
  const images = tensor(
    Uint8Array.from({ length: count * 6 }, (_, at) => Math.floor(at / 6)),
    [count, 2, 3],
    "u8",
  );
  return new Dataset({
    name: "numbered",
    images,
    labels: tensor(Uint8Array.from({ length: count }, (_, i) => i % 10)),
    classes: 10,
  });
}

/** Which pictures the batches hold, read back from the pixels. */
function contents(batches: Iterable<{ x: Tensor<"f32">; y: Tensor<"i32"> }>): number[][] {
  return Array.from(batches, ({ x, y }) => {
    const rows = Array.from(y.data, (label, i) => {
      const row = Math.round(x.data[i * 6 + 5] * 255);
      assert.is(label, row % 10);
      return row;
    });
    assert.equal(x.shape, [rows.length, 2, 3, 1]);
    return rows;
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test("without a seed the batches come in order, the last one smaller", () => {
  const batches = numbered(10).batches({ batchSize: 4 });
  assert.is(batches.length, 3);
  assert.equal(contents(batches), [range(0, 4), range(4, 8), range(8, 10)]);
});

test("dropLast leaves out a last batch that is not full", () => {
  const batches = numbered(10).batches({ batchSize: 4, dropLast: true });
  assert.is(batches.length, 2);
  assert.equal(contents(batches), [range(0, 4), range(4, 8)]);
  assert.is(numbered(8).batches({ batchSize: 4, dropLast: true }).length, 2);
});

test("a seed shuffles: every picture once, the same for the same seed and epoch, another for another", () => {
  const dataset = numbered(100);
  const order = (seed: number, epoch?: number) => contents(dataset.batches({ batchSize: 7, seed, epoch })).flat();
  assert.equal(
    order(3, 2).sort((a, b) => a - b),
    range(0, 100),
  );
  assert.equal(order(3, 2), order(3, 2));
  assert.equal(order(3), order(3, 0));
  assert.not.equal(order(3, 2), order(3, 1));
  assert.not.equal(order(3, 2), order(4, 2));
  assert.not.equal(order(3, 2), range(0, 100));
});

test("what batches() gave can be walked through twice", () => {
  const batches = numbered(20).batches({ batchSize: 8, seed: 1 });
  assert.equal(contents(batches), contents(batches));
});

test("a batch is given back when the next is asked for, the last one at the end", () => {
  const dataset = numbered(10);
  assert.is(
    leaks(() => {
      let previous: { x: Tensor; y: Tensor } | null = null;
      for (const batch of dataset.batches({ batchSize: 4 })) {
        assert.is(previous?.x.isDisposed ?? true, true);
        assert.is(previous?.y.isDisposed ?? true, true);
        previous = batch;
      }
      assert.is(previous?.x.isDisposed, true);
    }),
    0,
  );
});

test("leaving the loop early, by break or by an error, gives the batch back", () => {
  const dataset = numbered(10);
  assert.is(
    leaks(() => {
      for (const _ of dataset.batches({ batchSize: 4 })) break;
      assert.throws(() => {
        for (const _ of dataset.batches({ batchSize: 4 })) throw new Error("mine");
      }, "mine");
    }),
    0,
  );
});

test("keep() on a batch's tensor keeps it", () => {
  const kept: Tensor[] = [];
  for (const { x } of numbered(8).batches({ batchSize: 4 })) kept.push(x.keep());
  assert.equal(
    kept.map((x) => x.isDisposed),
    [false, false],
  );
});

test("a batch taken inside a scope may be disposed of by it", () => {
  const dataset = numbered(8);
  assert.is(
    leaks(() => {
      for (const { x } of scope(() => dataset.batches({ batchSize: 4 }))) scope(() => x.data);
    }),
    0,
  );
});

test("take gives the first ones, and a name that says so", () => {
  const dataset = numbered(10);
  const first = dataset.take(3);
  assert.is(first.name, "numbered, the first 3");
  assert.is(first.size, 3);
  assert.equal(contents(first.batches({ batchSize: 5 })), [range(0, 3)]);
  assert.equal(contents(dataset.take(7).take(2).batches({ batchSize: 5 })), [range(0, 2)]);
  assert.is(dataset.take(99), dataset);
  assert.is(dataset.take(0).batches({ batchSize: 5 }).length, 0);
});

test("split cuts the set in two, by the seed, the rest in its order", () => {
  const dataset = numbered(50);
  const [rest, part] = dataset.split(20, { seed: 5 });
  const rows = (set: Dataset) => contents(set.batches({ batchSize: 64 })).flat();
  assert.is(part.size, 20);
  assert.is(rest.size, 30);
  assert.equal(
    [...rows(rest), ...rows(part)].sort((a, b) => a - b),
    range(0, 50),
  );
  assert.equal(
    rows(rest),
    rows(rest).sort((a, b) => a - b),
  );
  assert.equal(rows(dataset.split(20, { seed: 5 })[1]), rows(part));
  assert.not.equal(rows(dataset.split(20, { seed: 6 })[1]), rows(part));
  assert.is(part.name, "numbered, 20 drawn with seed 5");
});

test("a contiguous part is what stands together, from a place that the seed draws, from the end on to the beginning", () => {
  const dataset = numbered(50);
  const rows = (set: Dataset) => contents(set.batches({ batchSize: 64 })).flat();
  const places = range(0, 40).map((seed) => {
    const [rest, part] = dataset.split(20, { seed, how: "contiguous" });
    const [, from] = /^numbered, the 20 from (\d+) on$/.exec(part.name) ?? [];
    assert.is(rest.name, `numbered without the 20 from ${from} on`);
    const block = range(0, 20).map((i) => (Number(from) + i) % 50);
    assert.equal(
      rows(part),
      block.sort((a, b) => a - b),
    );
    assert.equal(
      rows(rest),
      range(0, 50).filter((i) => !block.includes(i)),
    );
    return Number(from);
  });
  assert.ok(places.some((from) => from > 30) && places.some((from) => from <= 30));
  assert.ok(new Set(places).size > 10);
  assert.is(numbered(5).split(0, { how: "contiguous" })[1].size, 0);
});

test("a split of a split stays inside it", () => {
  const [rest] = numbered(50).split(20, { seed: 5 });
  const [, inner] = rest.split(10, { seed: 1 });
  const all = contents(rest.batches({ batchSize: 64 })).flat();
  for (const row of contents(inner.batches({ batchSize: 64 })).flat()) assert.ok(all.includes(row));
});

test("images and labels of a part are its own pictures", () => {
  const dataset = numbered(50);
  assert.equal(dataset.images.shape, [50, 2, 3]);
  assert.is(dataset.take(4).images.ptr, dataset.images.ptr);
  const [, part] = dataset.split(20, { seed: 5 });
  const rows = contents(part.batches({ batchSize: 64 })).flat();
  assert.equal(part.images.shape, [20, 2, 3]);
  assert.equal(
    [...part.images.data],
    rows.flatMap((row) => Array(6).fill(row)),
  );
  assert.equal(
    [...part.labels.data],
    rows.map((row) => row % 10),
  );
});

test("take and split share the pixels", () => {
  const dataset = numbered(250);
  const before = memoryUsage().inUseBytes;
  const parts = [dataset.take(200), ...dataset.split(100)];
  assert.is(parts.length, 3);
  assert.is(memoryUsage().inUseBytes, before);
});

test("the digest is the SHA-256 of pixels and labels, unless it was given; parts have their whole's", () => {
  const dataset = numbered(30);
  const expected = createHash("sha256").update(dataset.images.data.slice()).update(dataset.labels.data.slice());
  assert.is(dataset.digest, expected.digest("hex"));
  assert.is(dataset.take(3).digest, dataset.digest);
  const { images, labels } = dataset;
  assert.is(new Dataset({ name: "given", images, labels, digest: "abc" }).take(3).digest, "abc");
});

test("what cannot be a data set is named", () => {
  const images = tensor(new Uint8Array(12), [2, 2, 3], "u8");
  assert.throws(
    () => new Dataset({ name: "bad", images, labels: tensor(new Uint8Array(3), [3], "u8") }),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message === "dataset: images must be [N, H, W] or [N, H, W, C] and labels [N]; got [2, 2, 3] and [3].",
  );
  assert.throws(
    () => new Dataset({ name: "bad", images, labels: tensor(Uint8Array.of(9, 10), [2], "u8"), classes: 10 }),
    (error: unknown) =>
      error instanceof DataError && error.message === "dataset: label 1 of bad is 10, but must lie in 0 … 9.",
  );
});

test("options out of range are named", () => {
  const dataset = numbered(5);
  const refused = (body: () => unknown, message: string) =>
    assert.throws(body, (error: unknown) => error instanceof OptionError && error.message.includes(message));
  const Positional = Dataset as unknown as new (...args: unknown[]) => unknown;
  for (const second of [dataset.labels, null, 10, [1, 2]]) {
    refused(() => new Positional(dataset.images, second), "dataset: there is no option");
  }
  refused(() => dataset.batches({ batchSize: 0 }), "batches: batchSize must be an integer ≥ 1; got 0.");
  refused(() => dataset.batches({ batchSize: Number.NaN }), "got NaN");
  refused(() => dataset.batches({ batchSize: 2, seed: -1 }), "seed must be an integer ≥ 0");
  refused(() => dataset.batches({ batchSize: 2, epoch: 0.5 }), "epoch must be an integer ≥ 0");
  for (const classes of [Number.NaN, 0, 2.5, 257]) {
    const { images, labels } = dataset;
    const message = `dataset: classes must be an integer from 1 to 256, as many as u8 labels can name; got ${classes}.`;
    refused(() => new Dataset({ name: "bad", images, labels, classes }), message);
  }
  refused(() => dataset.take(-1), "take: the number of samples must be an integer ≥ 0; got -1.");
  refused(() => dataset.split(6), "split: cannot draw 6 out of 5 samples of numbered.");
  refused(
    () => dataset.split(1, { how: "first" as "random" }),
    'split: how must be "random" or "contiguous"; got "first".',
  );
});

test("images may have channels, and be f32; each channel is normalised by its own mean and deviation", () => {
  const values = Float32Array.from({ length: 5 * 2 * 2 * 3 }, (_, i) => i / 10);
  const normalization = { mean: [1, 2, 3], std: [0.5, 2, 4] };
  const images = tensor(values, [5, 2, 2, 3]);
  const labels = tensor(Uint8Array.of(0, 1, 2, 1, 0));
  const dataset = new Dataset({ name: "colours", images, labels, normalization });
  assert.equal(dataset.inputShape, [2, 2, 3]);
  assert.is(dataset.classes, 3);
  for (const { x, y } of dataset.take(3).batches({ batchSize: 3 })) {
    assert.equal(x.shape, [3, 2, 2, 3]);
    assert.equal([...x.data], [...normalizeImages(images, normalization).data.subarray(0, 36)]);
    assert.equal([...y.data], [0, 1, 2]);
  }
  const [moved] = [...walk(dataset, { batchSize: 5, distort: { shiftX: 1 } })];
  assert.equal(moved, [...distortImages(images, rowsOf(5), { shiftX: 1 }, normalization).data]);
  const augment = { rotate: 20, elastic: 0.5 };
  const key = { seed: 0, epoch: 0, position: 0 };
  const [turned] = [...walk(dataset, { batchSize: 5, augment })];
  assert.equal(turned, [...augmentImages(images, rowsOf(5), augment, key, normalization).data]);
});

test("bytes are x/255 where no normalisation is given, f32 is what it was", () => {
  const labels = tensor(Uint8Array.of(0, 1));
  const [bytes] = walk(
    new Dataset({ name: "bytes", images: tensor(Uint8Array.of(0, 51, 255, 102), [2, 1, 2]), labels }),
    { batchSize: 2 },
  );
  assert.equal(bytes, [0, Math.fround(0.2), 1, Math.fround(0.4)]);
  const images = tensor([-3, 0.1, 7, 2], [2, 1, 2]);
  const [floats] = walk(new Dataset({ name: "floats", images, labels }), { batchSize: 2 });
  assert.equal(floats, [...images.data]);
});

test("feature vectors come as they are or normalised, with labels or with targets", () => {
  const features = tensor([1, 2, 3, 4, 5, 6], [3, 2]);
  const targets = tensor([0.5, -1, 2], [3, 1]);
  const plain = new Dataset({ name: "plain", features, targets });
  assert.equal(plain.inputShape, [2]);
  const seen: number[][] = [];
  for (const { x, y } of plain.batches({ batchSize: 2, seed: 1 })) {
    assert.equal([x.shape[1], y.shape[1], y.dtype], [2, 1, "f32"]);
    for (let i = 0; i < y.size; i++) seen.push([...x.data.subarray(2 * i, 2 * i + 2), y.data[i]]);
  }
  assert.equal(seen.sort(([a], [b]) => a - b), [[1, 2, 0.5], [3, 4, -1], [5, 6, 2]]); // biome-ignore format: rows
  assert.equal(plain.targets.toArray(), [[0.5], [-1], [2]]);
  assert.equal(plain.split(1, { seed: 2 })[0].targets.size, 2);

  const labels = tensor(Uint8Array.of(1, 0, 1));
  const normalization = { mean: [3, 4], std: [2, 0.5] };
  const [rows] = walk(new Dataset({ name: "scaled", features, labels, normalization }), { batchSize: 3 });
  assert.equal(rows, [-1, -4, 0, 0, 1, 4]);
  const bytes = tensor(Uint8Array.of(0, 255, 51, 0), [2, 2]);
  const [of255] = walk(new Dataset({ name: "bytes", features: bytes, targets: tensor([1, 2]) }), { batchSize: 2 });
  assert.equal(of255, [0, 1, Math.fround(0.2), 0]);
});

test("labels may be i32, of more classes than a byte can name", () => {
  const labels = tensor(Int32Array.of(70_000, 3, 999));
  const dataset = new Dataset({ name: "many", images: zeros([3, 1, 1], "u8"), labels });
  assert.is(dataset.classes, 70_001);
  const [batch] = dataset.batches({ batchSize: 3 }) as Iterable<{ y: Tensor }>;
  assert.is(batch.y.dtype, "i32");
  const [seen] = Array.from(dataset.batches({ batchSize: 3 }), ({ y }) => [...y.data]);
  assert.equal(seen, [70_000, 3, 999]);
  assert.throws(
    () => new Dataset({ name: "bad", images: zeros([1, 1, 1]), labels: tensor(Int32Array.of(-1)) }),
    /dataset: label 0 of bad is -1/,
  );
});

test("the digest of f32 and i32 is that of their bytes", () => {
  const [features, labels] = [tensor([1.5, -2], [2, 1]), tensor(Int32Array.of(3, 300))];
  const expected = createHash("sha256");
  for (const { values } of [features, labels]) {
    expected.update(new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength));
  }
  assert.is(new Dataset({ name: "x", features, labels }).digest, expected.digest("hex"));
});

test("what a set does not have is named, and so is what does not go together", () => {
  const features = zeros([2, 3]);
  const images = zeros([2, 3, 3], "u8");
  const [labels, targets] = [zeros([2], "u8"), zeros([2])];
  const vectors = new Dataset({ name: "vectors", features, targets });
  assert.throws(() => vectors.images, /dataset: vectors has features, no images; ask for .features/);
  assert.throws(() => vectors.labels, /dataset: vectors has targets, no labels; ask for .targets/);
  const pixels = new Dataset({ name: "pixels", images, labels });
  assert.throws(() => pixels.features, /pixels has images, no features/);
  assert.throws(() => pixels.targets, /pixels has labels, no targets/);
  assert.throws(() => vectors.batches({ batchSize: 1, augment: {} }), /batches: augment is for images/);
  assert.throws(() => vectors.batches({ batchSize: 1, distort: {} }), /batches: distort is for images/);
  const bad = (options: object): unknown => new Dataset({ name: "bad", ...options } as never);
  assert.throws(() => bad({ images, features, labels }), /give either images or features; got both/);
  assert.throws(() => bad({ images }), /give either labels or targets; got neither/);
  assert.throws(() => bad({ features: zeros([2]), labels }), /features must be \[N, F\] .* got \[2\]/);
  assert.throws(() => bad({ images: zeros([2, 3, 3], "i32"), labels }), /images must be u8 or f32, .* got i32 and u8/);
  assert.throws(() => bad({ images, labels: targets }), /labels u8 or i32; got u8 and f32/);
  assert.throws(() => bad({ images, targets: labels }), /targets f32; got u8 and u8/);
  assert.throws(() => bad({ images, labels, normalization: { mean: [1, 2], std: 1 } }), /for each of the 1 channels/);
  assert.throws(() => bad({ features, targets, normalization: { mean: 0, std: 0 } }), /std must be finite and > 0/);
});

/** The values of each batch. */
function walk(dataset: Dataset<LabelType | "f32">, options: BatchOptions): number[][] {
  return Array.from(dataset.batches(options), ({ x }) => [...x.data]);
}

function rowsOf(count: number): Tensor<"i32"> {
  return tensor(range(0, count), [count], "i32");
}

test.run();
