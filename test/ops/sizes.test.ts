// Sizes that no memory holds, and sizes of nothing that would take for ever: each is refused in one line, or costs nothing.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syntheticDigits } from "../../data/index.ts";
import * as lib from "../../lib/index.ts";
import { contactSheet } from "../../lib/plot/index.ts";

const test = suite("sizes");

/** Of what takes milliseconds; a table of 10⁹ windows took the process. */
const DEADLINE_MS = 10_000;
const SIZES = [
  65_535,
  2 ** 24,
  2 ** 24 + 1,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 33,
  1e12,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
];

const { zeros, ones } = lib;
const image = () => ones([1, 4, 4, 1]);
const pixel = () => ones([1, 1, 1, 1]);
const labels = (count: number) => zeros([count], "i32");
const running = () => ({ runningMean: zeros([1]), runningVar: ones([1]), isTraining: false });
const set = (classes?: number) =>
  new lib.Dataset({ name: "d", images: zeros([6, 4, 4], "u8"), labels: zeros([6], "i32"), classes });
const mistake = { index: 0, label: 0, predicted: 1, confidence: 0.5, loss: 1 };
const half = Math.floor;

/** Nothing here can take the memory that it would be granted: sizes whose product is one are left out. */
const CALLS: Readonly<Record<string, (n: number) => unknown>> = {
  "adaptiveAvgPool2d, one side": (n) => lib.adaptiveAvgPool2d(image(), [n, 1]),
  "adaptiveAvgPool2d, both sides": (n) => lib.adaptiveAvgPool2d(image(), n),
  "adaptiveAvgPool2d of no images": (n) => lib.adaptiveAvgPool2d(zeros([0, n, 1, 1]), 1),
  "adaptiveAvgPool2d of no channels": (n) => lib.adaptiveAvgPool2d(zeros([n, 1, 1, 0]), 1),
  AdaptiveAvgPool2d: (n) => new lib.AdaptiveAvgPool2d(n).forward(image()),
  "maxPool2d, window and padding": (n) => lib.maxPool2d(image(), { kernelSize: n, padding: half(n / 2), stride: 1 }),
  "maxPool2d of no images": (n) => lib.maxPool2d(zeros([0, n, n, 1]), { kernelSize: 1 }),
  "maxPool2d of no channels": (n) => lib.maxPool2d(zeros([n, n, n, 0]), { kernelSize: 1 }),
  "avgPool2d, stride": (n) => lib.avgPool2d(image(), { kernelSize: 1, stride: n }),
  "avgPool2d of no channels": (n) => lib.avgPool2d(zeros([n, 2, 2, 0]), { kernelSize: 2 }),
  "conv2d, padding": (n) => lib.conv2d(image(), pixel(), null, { padding: 64 * n }),
  "conv2d, padding and stride": (n) => lib.conv2d(image(), pixel(), null, { padding: n, stride: n }),
  "conv2d to no channels": (n) => lib.conv2d(image(), zeros([1, 1, 1, 0]), null, { padding: n }),
  "conv2d of no images": (n) => lib.conv2d(zeros([0, 4, 4, 1]), pixel(), null, { padding: n }),
  "batchNorm2d of no rows": (n) => lib.batchNorm2d(zeros([n, 0, 2, 1]), ones([1]), ones([1]), running()),
  "zeros of many": (n) => zeros([n, n]),
  "zeros of none": (n) => zeros([n, n, n, 0]),
  "randn of none": (n) => lib.randn([n, 0]),
  tensor: (n) => lib.tensor([1], [n]),
  permutation: (n) => n > 2 ** 28 && lib.permutation(n),
  "reshape to none": (n) => lib.reshape(ones([0]), [n, n, n, n, 0]),
  "add, broadcast": (n) => lib.add(zeros([n, 0]), ones([1, 1])),
  "sum of none": (n) => lib.sum(zeros([n, 0])),
  "max of none": (n) => lib.max(zeros([0, n]), 1),
  "softmax of none": (n) => lib.softmax(zeros([n, 0])),
  "logSoftmax along the other axis": (n) => lib.logSoftmax(zeros([0, n]), 0),
  "transpose of none": (n) => lib.transpose(zeros([0, n])),
  "flatten of none": (n) => lib.flatten(zeros([n, 2, 2, 0])),
  "matmul to none": (n) => lib.matmul(zeros([n, 0]), zeros([0, 0])),
  "gather of none": (n) => lib.gather(zeros([n, 0]), labels(1)),
  "crossEntropy of none": (n) => lib.crossEntropy(zeros([0, n]), labels(0)),
  "numbers of none": (n) => [zeros([n, 0]).toArray(), `${zeros([n, 0])}`, JSON.stringify(zeros([n, 0]))],
  "Linear, both sides": (n) => new lib.Linear(n, n),
  Conv2d: (n) => new lib.Conv2d(n, n, n),
  "Conv2d, window": (n) => new lib.Conv2d(1, 1, n),
  Sequential: (n) =>
    new lib.Sequential([new lib.Conv2d(1, 4, 3, { padding: 1 }), new lib.BatchNorm2d(4)])
      .eval()
      .forward(zeros([0, n, n, 1])),
  summary: (n) => lib.summary(new lib.ReLU(), [n, 0]),
  encodeOnnx: (n) =>
    lib.encodeOnnx(new lib.Sequential([new lib.AdaptiveAvgPool2d([2, 2])]), { inputShape: [n, n, 1], name: "n" }),
  "batches of a set": (n) => [...set().batches({ batchSize: n, seed: n, epoch: n })],
  "batches from the n-th on": (n) => [...set().batches({ batchSize: 1 }).from(n)],
  "take and split": (n) => [set().take(n), set().split(n)],
  "classes of a set": (n) => set(n),
  emptyConfusion: (n) => lib.emptyConfusion(n),
  normalizeImages: (n) => lib.normalizeImages(zeros([1, n, 0, 1], "u8")),
  augmentImages: (n) =>
    lib.augmentImages(zeros([1, n, 0], "u8"), labels(1), { elastic: 1 }, { seed: n, epoch: n, position: n }),
  "contactSheet, scale": (n) => contactSheet(zeros([1, 2, 2], "u8"), [mistake], { scale: n }),
  "contactSheet, columns": (n) => contactSheet(zeros([1, 2, 2], "u8"), [mistake], { columns: n }),
  "contactSheet, class": (n) => contactSheet(zeros([1, 2, 2], "u8"), [{ ...mistake, label: n }]),
  syntheticDigits: (n) => syntheticDigits({ count: 512 * n }),
  "syntheticDigits, start": (n) => syntheticDigits({ count: 1, start: n }),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(name, () => {
    for (const size of SIZES) {
      const begun = performance.now();
      try {
        lib.scope(() => void call(size));
      } catch (error) {
        if (!(error instanceof lib.SimdgradError)) throw error;
        assert.match(error.message, /^\w+: [^\n]{1,300}$/);
      }
      const timeMs = performance.now() - begun;
      assert.ok(timeMs < DEADLINE_MS, `${size}: ${timeMs} ms`);
    }
  });
}

test("no rows of many elements may be, many rows of none may not", () => {
  assert.equal(zeros([0, 2 ** 30, 2 ** 30]).shape, [0, 2 ** 30, 2 ** 30]);
  assert.equal(zeros([2 ** 20, 0]).shape, [2 ** 20, 0]);
  assert.throws(
    () => zeros([2, 2 ** 20, 0]),
    (error: unknown) =>
      error instanceof lib.ShapeError &&
      error.message === "tensor: before a dimension of 0 there may be 2^20 rows; got [2, 1048576, 0].",
  );
});

test("sizes that 32 bits would cut are refused: kernels would compute with others", () => {
  const x = image();
  assert.throws(
    () => lib.avgPool2d(x, { kernelSize: 65_536, padding: 32_768 }),
    /kernelSize .* product is below 2\^32/,
  );
  assert.throws(
    () => lib.conv2d(x, pixel(), null, { stride: 2 ** 32 }),
    /stride must be an integer from 1 to 16777216/,
  );
  const one = lib.avgPool2d(x, { kernelSize: [65_535, 65_537], padding: [32_767, 32_768] });
  assert.is(one.values[0], Math.fround(16 / (65_535 * 65_537)));
});

test("the largest of a window wider than the image gets the gradient", () => {
  const x = lib.tensor([1, 2, 3, 9, 5, 6], [1, 2, 3, 1]);
  x.requiresGrad = true;
  lib.backward(lib.sum(lib.maxPool2d(x, { kernelSize: [3, 2 ** 30], padding: [1, 2 ** 29] })));
  assert.equal(x.grad?.toArray(), [[[[0], [0], [0]], [[1], [0], [0]]]]); // biome-ignore format: a row
});

test.run();
