// Every kernel that looks an element up by a number out of memory, and who has checked that number.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as lib from "../../lib/index.ts";
import { worstMistakes } from "../../lib/plot/index.ts";
import { projectFiles, read } from "../support/sources.ts";

const test = suite("indices");

const { ones, tensor, zeros } = lib;
const i32 = (...values: number[]) => tensor(values, [values.length], "i32");
const key = { seed: 0, epoch: 0, position: 0 };
const pictures = () => zeros([2, 3, 3], "u8");
const logits = () => ones([2, 3]);
const wanted = (x: lib.Tensor<"f32">) => Object.assign(x, { requiresGrad: true });

/** What the library alone writes: it cannot be reached, or is a table of addresses made for the call. */
const INTERNAL = new Set([
  ...["argmax_f32", "max_backward_f32"], // places within a run, saved by max
  ...["max_pool2d_f32", "max_pool2d_backward_f32", "conv1_block_f32", "conv1_block_backward_f32"], // places in a window
  ...["norm_relu_max_pool2d_f32", "norm_relu_max_pool2d_backward_f32", "winograd_block_backward_f32"],
]);

/** By kernel: the calls that pass on the user's numbers. Each has three rows or classes at most. */
const CALLS: Readonly<Record<string, Readonly<Record<string, (index: lib.Tensor<"i32">) => unknown>>>> = {
  gather_f32: {
    gather: (index) => lib.gather(ones([2, 3]), index),
    normalizeImages: (index) => lib.normalizeImages(ones([2, 3, 3]), null, index),
  },
  gather_u8: { gather: (index) => lib.gather(zeros([2, 3], "u8"), index) },
  gather_backward_f32: {
    "backward of gather": (index) => changed(index, (same) => lib.sum(lib.gather(wanted(ones([2, 3])), same))),
  },
  normalize_u8: { normalizeImages: (index) => lib.normalizeImages(pictures(), null, index) },
  normalize_f32: {
    normalizeImages: (index) => lib.normalizeImages(ones([2, 3, 3]), { mean: 1, std: 1 }, index),
  },
  augment_f32: {
    augmentImages: (index) => lib.augmentImages(pictures(), index, { rotate: 1 }, key),
    distortImages: (index) => lib.distortImages(pictures(), index, { rotate: 1 }),
  },
  cross_entropy_f32: {
    crossEntropy: (labels) => lib.crossEntropy(logits(), labels),
    "crossEntropy of each": (labels) => lib.crossEntropy(logits(), labels, { reduction: "none" }),
  },
  cross_entropy_backward_f32: {
    "backward of crossEntropy": (labels) => changed(labels, (same) => lib.crossEntropy(wanted(logits()), same)),
  },
};

/** Written to through an array that was asked for before the operation: it cannot know. */
function changed(index: lib.Tensor<"i32">, loss: (same: lib.Tensor<"i32">) => lib.Tensor<"f32">): void {
  const same = zeros([index.size], "i32");
  const { data } = same;
  const value = loss(same);
  data.set(index.values);
  lib.backward(value);
}

test("the list is whole: no other kernel takes an index, labels or the like", () => {
  const takesIndex = projectFiles()
    .filter((file) => /^kernels\/[^/]+\.ts$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/^export function (\w+)\(([^)]*)\)/gm)])
    .filter(([, , parameters]) => /\b(index|indices|labels?|argmax|order|places?)\b/.test(parameters))
    .map(([, name]) => name);
  assert.equal(takesIndex.sort(), [...INTERNAL, ...Object.keys(CALLS)].sort());
});

for (const [kernel, calls] of Object.entries(CALLS)) {
  for (const [name, call] of Object.entries(calls)) {
    test(`${name} (${kernel}): an index out of range is refused, and no memory is touched`, () => {
      for (const bad of [3, 40, -1, 1000, 2 ** 31 - 1, -(2 ** 31), 2 ** 30]) {
        const guard = zeros([4096]);
        const refused = (error: unknown): boolean =>
          error instanceof lib.DataError &&
          new RegExp(`^\\w+: (index|label) 1 is ${bad}, but must lie in 0 … [12]\\.$`).test(error.message) &&
          error.details.value === bad;
        assert.throws(() => call(i32(0, bad)), refused, `${bad}`);
        assert.ok(guard.values.every((value) => value === 0));
      }
      call(i32(0, 1));
    });
  }
}

/** Checked without a kernel: what is counted in JavaScript. */
const COUNTED: Readonly<Record<string, (labels: lib.Tensor<"i32">) => unknown>> = {
  evaluationOf: (labels) => lib.evaluationOf(logits(), labels),
  worstMistakes: (labels) => worstMistakes(logits(), labels),
  dataset: (labels) => new lib.Dataset({ name: "d", features: ones([2, 3]), labels, classes: 3 }),
};
for (const [name, call] of Object.entries(COUNTED)) {
  test(`${name}: a label out of range is refused`, () => {
    for (const bad of [3, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      assert.throws(() => call(i32(0, bad)), new RegExp(`^${name}: label 1( of d)? is ${bad}, but must lie in 0 … 2`));
    }
  });
}

test("labels that are changed once their set is made are checked when they are used", async () => {
  const labels = i32(0, 1);
  const dataset = new lib.Dataset({ name: "d", images: ones([2, 1, 3]), labels, classes: 3 });
  const model = new lib.Sequential([new lib.Flatten(), new lib.Linear(3, 3)]);
  const optimizer = new lib.SGD(model.parameters(), { lr: 0.1 });
  for (const bad of [7, -1]) {
    labels.data[1] = bad;
    const refused = new RegExp(`label \\d( of d)? is ${bad}, but must lie in 0 … 2`);
    assert.throws(() => lib.evaluate(model, dataset), refused);
    const calls = [
      () => lib.evaluateShiftedAsync(model, dataset),
      () => new lib.Trainer(model, { optimizer, epochs: 1, batchSize: 2 }).fit(dataset, dataset),
    ];
    for (const call of calls) {
      await call().then(
        () => assert.unreachable(),
        (error) => assert.match(error.message, refused),
      );
    }
  }
});

test("axes and orders are checked one by one, holes among them", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
  const hole = [0, 0];
  delete hole[0];
  for (const bad of [
    [2],
    [-3],
    [0.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    hole,
    [2 ** 32],
    ["0"],
  ] as number[][]) {
    for (const op of [lib.sum, lib.mean, lib.max, lib.argmax]) {
      assert.throws(
        () => op(x, bad),
        (error: unknown) => error instanceof lib.ShapeError,
        `${op.name} ${bad}`,
      );
    }
    const order = bad.length === 1 ? [0, bad[0]] : bad;
    assert.throws(
      () => lib.transpose(x, order),
      (error: unknown) => error instanceof lib.ShapeError,
      `${bad}`,
    );
  }
  for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 3, -3]) {
    assert.throws(
      () => lib.slice(x, bad),
      (error: unknown) => error instanceof lib.SimdgradError,
      `${bad}`,
    );
    assert.throws(
      () => lib.slice(x, 0, bad),
      (error: unknown) => error instanceof lib.SimdgradError,
      `${bad}`,
    );
    assert.throws(
      () => lib.softmax(x, bad),
      (error: unknown) => error instanceof lib.ShapeError,
      `${bad}`,
    );
  }
});

test("the rows of a part of a data set are those it was cut to", () => {
  const values = Float32Array.from({ length: 40 }, (_, i) => i);
  const set = new lib.Dataset({ name: "d", features: tensor(values, [20, 2]), labels: zeros([20], "u8"), classes: 1 });
  const [rest, part] = set.split(7, { seed: 3 });
  const rows = (dataset: lib.Dataset): number[] =>
    [...dataset.batches({ batchSize: 3 })].length > 0 ? dataset.features.toArray().map(([a]: number[]) => a / 2) : [];
  assert.equal(
    [...rows(rest), ...rows(part)].sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.is(part.labels.size, 7);
});

test.run();
