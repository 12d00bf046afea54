import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mean } from "../../lib/ops/mean.ts";
import { mean64 } from "../../lib/selftest/array64.ts";
import { reduce64 } from "../../lib/selftest/ops64.ts";
import { zeros } from "../../lib/tensor/create.ts";
import { REDUCE_CASES, titleOf } from "../support/reduce_cases.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("mean");

for (const reduceCase of REDUCE_CASES) {
  const { shape, axes, keepDims } = reduceCase;
  testOp(test, "mean", (x) => mean(x, axes, { keepDims }), reduce64(mean64, axes, keepDims), {
    title: titleOf(reduceCase),
    shapes: [shape],
    terms: 4,
    gradTerms: 1,
  });
}

test("the mean of nothing is NaN", () => {
  assert.equal([...mean(zeros([0, 2]), 0).data], [Number.NaN, Number.NaN]);
});

test("an axis outside the rank is named", () => {
  assert.throws(() => mean(zeros([2, 3]), -3), /mean: axis -3 is out of range for \[2, 3\] of rank 2/);
});

test.run();
