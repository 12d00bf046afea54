import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, ShapeError } from "../../lib/base/errors.ts";
import { argmax } from "../../lib/ops/argmax.ts";
import { all64, map64, uniform64 } from "../../lib/selftest/array64.ts";
import { argmax64, reduce64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { leaks } from "../support/leaks.ts";
import { REDUCE_CASES, titleOf } from "../support/reduce_cases.ts";

const test = suite("argmax");

for (const reduceCase of REDUCE_CASES) {
  const { shape, axes, keepDims } = reduceCase;
  test(`${titleOf(reduceCase)}: the first of the largest, as i32`, () => {
    // Few different values, so that there are ties.
    const x = map64(uniform64(shape, 4, 0, 4), Math.floor);
    const expected = all64(reduce64(argmax64, axes, keepDims)(x));
    using input = tensor(x.data, shape);
    using index = argmax(input, axes, { keepDims });
    assert.is(index.dtype, "i32");
    assert.equal(index.shape, expected.shape);
    assert.equal([...index.data], [...expected.data]);
  });
}

test("the first NaN wins, along rows and along columns", () => {
  const nan = Number.NaN;
  const x = [
    [1, 9, nan, nan, 10],
    [nan, 1, 1, 1, nan],
    [-1, -1, -1, nan, -1],
  ];
  assert.equal([...argmax(tensor(x), 1).data], [2, 0, 3]);
  const columns = x[0].map((_, i) => x.map((row) => row[i]));
  assert.equal([...argmax(tensor(columns), 0).data], [2, 0, 3]);
});

test("−∞ alone gives the first place", () => {
  assert.equal([...argmax(tensor([[-1 / 0, -1 / 0]]), 1).data], [0]);
});

test("nothing is recorded, and nothing is left in the arena", () => {
  const x = uniform64([4, 5, 6], 2);
  const run = (): void => {
    using input = tensor(x.data, x.shape);
    input.requiresGrad = true;
    using index = argmax(input, [0, 2]);
    assert.is(index.requiresGrad, false);
  };
  assert.is(leaks(run), 0);
});

test("an empty slice and another dtype are refused", () => {
  assert.throws(
    () => argmax(zeros([2, 0]), 1),
    (error: unknown) => error instanceof ShapeError,
  );
  assert.throws(
    () => argmax(zeros([2, 3], "i32"), 1),
    (error: unknown) => error instanceof DTypeError,
  );
});

test.run();
