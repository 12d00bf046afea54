import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { ShapeError } from "../../lib/base/errors.ts";
import { max } from "../../lib/ops/max.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { largest64, reduce64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { REDUCE_CASES, titleOf } from "../support/reduce_cases.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("max");

for (const reduceCase of REDUCE_CASES) {
  const { shape, axes, keepDims } = reduceCase;
  testOp(test, "max", (x) => max(x, axes, { keepDims }), reduce64(largest64, axes, keepDims), {
    title: titleOf(reduceCase),
    shapes: [shape],
  });
}

const gradientOf = (values: number[][], axes: number[] | undefined, weights: number[]): number[] => {
  const x = tensor(values);
  x.requiresGrad = true;
  backward(sum(mul(max(x, axes), tensor(weights, axes ? undefined : []))));
  return [...(x.grad?.data ?? [])];
};

test("of several largest elements the first has the gradient, along any axes", () => {
  const x = [
    [1, 7, 7],
    [7, 0, 7],
  ];
  assert.equal(gradientOf(x, [1], [2, 3]), [0, 2, 0, 3, 0, 0]);
  assert.equal(gradientOf(x, [0], [2, 3, 4]), [0, 3, 4, 2, 0, 0]);
  assert.equal(gradientOf(x, undefined, [5]), [0, 5, 0, 0, 0, 0]);
});

test("NaN wins wherever it stands, and has the gradient", () => {
  const nan = Number.NaN;
  for (const x of [
    [nan, 1, 2, 3, 9],
    [1, 2, nan, 3, 9],
    [1, 2, 3, 9, nan],
  ]) {
    assert.equal([...max(tensor([x]), 1).data], [nan]);
    assert.equal([...max(tensor(x.map((v) => [v, v])), 0).data], [nan, nan]);
    assert.equal(
      gradientOf([x], [1], [2]),
      x.map((v) => (Number.isNaN(v) ? 2 : 0)),
    );
  }
});

test("an empty slice has no maximum", () => {
  assert.throws(
    () => max(zeros([2, 0]), 1),
    (error: unknown) =>
      error instanceof ShapeError && error.message === "max: nothing to choose from along axes [1] of [2, 0].",
  );
  assert.equal(max(zeros([0, 2]), 1).shape, [0]);
});

test.run();
