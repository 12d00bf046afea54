import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { div } from "../../lib/ops/div.ts";
import { broadcast64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("div");
const reference = broadcast64((a, b) => a / b);

for (const shapes of [
  [[7], [7]],
  [[], [3]],
  [[], []],
  [[2, 3, 5], [5]],
  [
    [4, 1, 5],
    [3, 1],
  ],
  [
    [1, 3],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [[0, 3], [3]],
]) {
  testOp(test, "div", div, reference, { shapes, range: [0.5, 2], maxTerm: 8, gradTerms: 24 });
}
testOp(test, "div", div, reference, {
  title: "only b needs a gradient",
  shapes: [[4, 5], [5]],
  range: [0.5, 2],
  maxTerm: 8,
  gradTerms: 4,
  differentiable: [false, true],
});

test("a number stands for a scalar, on either side", () => {
  assert.equal([...div(tensor([1, 2, 3]), 10).data], [0.1, 0.2, 0.3].map(Math.fround));
  assert.is(div(8, tensor(2)).item(), 4);
});

test("a division by zero is infinite, zero by zero is NaN", () => {
  assert.equal([...div(tensor([1, -1, 0]), 0).data], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
});

test("shapes that do not broadcast are named", () => {
  assert.throws(
    () => div(tensor([1, 2]), tensor([1, 2, 3])),
    (error: unknown) =>
      error instanceof ShapeError && error.message.startsWith("div: shapes do not broadcast; a is [2], b is [3]"),
  );
});

test.run();
