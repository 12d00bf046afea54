import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { avgPool2d } from "../../lib/ops/avg_pool2d.ts";
import type { Pool2dOptions } from "../../lib/ops/pool_windows.ts";
import { avgPooling64, pool2d64 } from "../../lib/selftest/windows64.ts";
import { empty, ones, tensor } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";
import { testTorchPool } from "../support/torch_pool.ts";

const test = suite("avgPool2d");

const pair = (size: number | readonly number[]): number[] => (typeof size === "number" ? [size, size] : [...size]);

const CASES: readonly (Pool2dOptions & { title: string; x: number[] })[] = [
  { title: "2×2 tiles", x: [2, 4, 6, 4], kernelSize: 2 },
  { title: "odd image, odd channels", x: [2, 5, 7, 5], kernelSize: 2 },
  { title: "overlapping 3×3, padded", x: [1, 6, 5, 3], kernelSize: 3, stride: 1, padding: 1 },
  { title: "gaps between windows", x: [1, 8, 9, 1], kernelSize: 2, stride: 3 },
  { title: "unequal sides", x: [1, 7, 8, 19], kernelSize: [3, 2], stride: [2, 3], padding: [1, 0] },
  { title: "the whole image", x: [2, 4, 3, 32], kernelSize: [4, 3] },
];

for (const { title, x, ...options } of CASES) {
  const kernel = pair(options.kernelSize);
  testOp(test, "avgPool2d", (input) => avgPool2d(input, options), pool2d64(avgPooling64(options)), {
    title,
    shapes: [x],
    terms: kernel[0] * kernel[1],
    maxTerm: 1 / (kernel[0] * kernel[1]),
  });
}

testTorchPool(test, "avgPool2d", avgPool2d, 9);

test("zeros of the padding count: a corner of ones is a quarter", () => {
  assert.is(avgPool2d(ones([1, 2, 2, 1]), { kernelSize: 2, padding: 1 }).data[0], 0.25);
});

test("the mean of equal numbers is that number, even for windows of three", () => {
  const x = tensor(new Float32Array(9).fill(1 / 3), [1, 3, 3, 1]);
  assert.equal([...avgPool2d(x, { kernelSize: [1, 3] }).data], [...x.data.subarray(0, 3)]);
});

test("an empty batch gives an empty result", () => {
  assert.equal(avgPool2d(empty([0, 4, 4, 3]), { kernelSize: 2 }).shape, [0, 2, 2, 3]);
});

test("windows and options that do not fit are named", () => {
  assert.throws(
    () => avgPool2d(ones([1, 4, 4, 2]), { kernelSize: 5 }),
    (error: unknown) =>
      error instanceof ShapeError && error.message.startsWith("avgPool2d: the 5×5 window does not fit the 4×4 image"),
  );
  assert.throws(
    () => avgPool2d(ones([1, 4, 4, 2]), { kernelSize: 3, padding: 2 }),
    (error: unknown) =>
      error instanceof OptionError && error.message.startsWith("avgPool2d: padding must be at most half"),
  );
});

test.run();
