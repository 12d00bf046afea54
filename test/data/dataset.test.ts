import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { MNIST_MEAN, MNIST_STD } from "../../lib/data/normalize.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { tensor } from "../../lib/tensor/create.ts";
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
  });
}

/** Which pictures the batches hold, read back from the pixels. */
function contents(batches: Iterable<{ x: Tensor<"f32">; y: Tensor<"i32"> }>): number[][] {
  return Array.from(batches, ({ x, y }) => {
    const rows = Array.from(y.data, (label, i) => {
      const row = Math.round((x.data[i * 6 + 5] * MNIST_STD + MNIST_MEAN) * 255);
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

test("a block is what stands together, from a place that the seed draws, going on at the beginning", () => {
  const dataset = numbered(50);
  const rows = (set: Dataset) => contents(set.batches({ batchSize: 64 })).flat();
  const places = range(0, 40).map((seed) => {
    const [rest, part] = dataset.split(20, { seed, how: "block" });
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
  assert.is(numbered(5).split(0, { how: "block" })[1].size, 0);
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
      error.message === "dataset: images must be [N, H, W] and labels [N]; got [2, 2, 3] and [3].",
  );
  assert.throws(
    () => new Dataset({ name: "bad", images, labels: tensor(Uint8Array.of(9, 10), [2], "u8") }),
    (error: unknown) =>
      error instanceof DataError && error.message === "dataset: label 1 of bad is 10; labels go from 0 to 9.",
  );
});

test("options out of range are named", () => {
  const dataset = numbered(5);
  const refused = (body: () => unknown, message: string) =>
    assert.throws(body, (error: unknown) => error instanceof OptionError && error.message.includes(message));
  refused(() => dataset.batches({ batchSize: 0 }), "batches: batchSize must be an integer ≥ 1; got 0.");
  refused(() => dataset.batches({ batchSize: Number.NaN }), "got NaN");
  refused(() => dataset.batches({ batchSize: 2, seed: -1 }), "seed must be an integer ≥ 0");
  refused(() => dataset.batches({ batchSize: 2, epoch: 0.5 }), "epoch must be an integer ≥ 0");
  for (const classes of [Number.NaN, 0, 2.5, 257]) {
    const { images, labels } = dataset;
    const message = `dataset: classes must be an integer from 1 to 256; got ${classes}.`;
    refused(() => new Dataset({ name: "bad", images, labels, classes }), message);
  }
  refused(() => dataset.take(-1), "take: the number of pictures must be an integer ≥ 0; got -1.");
  refused(() => dataset.split(6), "split: cannot draw 6 out of 5 pictures of numbered.");
  refused(() => dataset.split(1, { how: "first" as "block" }), 'split: how must be "drawn" or "block"; got "first".');
});

test.run();
