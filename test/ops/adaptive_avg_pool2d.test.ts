import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { adaptiveAvgPool2d } from "../../lib/ops/adaptive_avg_pool2d.ts";
import type { Size2d } from "../../lib/ops/pool_windows.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { adaptiveAvgPooling64, pool2d64 } from "../../lib/selftest/windows64.ts";
import { empty, ones, tensor } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";
import { testTorchPool } from "../support/torch_pool.ts";

const test = suite("adaptiveAvgPool2d");

const CASES: readonly { title: string; x: number[]; size: Size2d }[] = [
  { title: "the global average", x: [2, 7, 7, 16], size: 1 },
  { title: "windows that tile", x: [2, 6, 4, 4], size: [3, 2] },
  { title: "windows that overlap", x: [1, 7, 5, 3], size: [3, 2] },
  { title: "the size itself", x: [1, 3, 4, 5], size: [3, 4] },
  { title: "larger than the image", x: [2, 3, 2, 6], size: [5, 7] },
  { title: "wider and lower", x: [1, 9, 2, 17], size: [2, 3] },
];

for (const { title, x, size } of CASES) {
  const outputs = typeof size === "number" ? [size, size] : size;
  const places = Math.ceil(x[1] / outputs[0] + 1) * Math.ceil(x[2] / outputs[1] + 1);
  const windows = Math.ceil(outputs[0] / x[1] + 1) * Math.ceil(outputs[1] / x[2] + 1);
  testOp(test, "adaptiveAvgPool2d", (input) => adaptiveAvgPool2d(input, size), pool2d64(adaptiveAvgPooling64(size)), {
    title,
    shapes: [x],
    terms: places,
    maxTerm: 1 / Math.max(1, Math.floor(x[1] / outputs[0]) * Math.floor(x[2] / outputs[1])),
    gradTerms: windows,
  });
}

testTorchPool(test, "adaptiveAvgPool2d", adaptiveAvgPool2d, 49);

test("the result for one image does not depend on the batch around it", () => {
  const x = tensor(uniform64([5, 7, 7, 5], 1).data, [5, 7, 7, 5]);
  const one = tensor(x.data.slice(3 * 245, 4 * 245), [1, 7, 7, 5]);
  assert.equal(adaptiveAvgPool2d(one, 1).data, adaptiveAvgPool2d(x, 1).data.slice(3 * 5, 4 * 5));
});

test("an empty batch gives an empty result", () => {
  assert.equal(adaptiveAvgPool2d(empty([0, 4, 4, 3]), 2).shape, [0, 2, 2, 3]);
});

test("inputs and sizes that have no meaning are named", () => {
  assert.throws(
    () => adaptiveAvgPool2d(ones([4, 4]), 1),
    (error: unknown) => error instanceof ShapeError && /x must have rank 4/.test(error.message),
  );
  for (const size of [0, -1, 1.5, Number.NaN, [2, 0] as const]) {
    assert.throws(
      () => adaptiveAvgPool2d(ones([1, 4, 4, 1]), size),
      (error: unknown) =>
        error instanceof OptionError &&
        /outputSize must be an integer from 1 to 65535, or two of them/.test(error.message),
    );
  }
});

test.run();
