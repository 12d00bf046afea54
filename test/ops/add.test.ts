import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { add } from "../../lib/ops/add.ts";
import { broadcast64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("add");
const reference = broadcast64((a, b) => a + b);

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
  testOp(test, "add", add, reference, { shapes, gradTerms: 24 });
}
testOp(test, "add", add, reference, {
  title: "only b needs a gradient",
  shapes: [[4, 5], [5]],
  gradTerms: 4,
  differentiable: [false, true],
});

test("a number stands for a scalar, on either side", () => {
  assert.equal([...add(tensor([1, 2, 3]), 10).data], [11, 12, 13]);
  assert.is(add(8, tensor(2)).item(), 10);
});

test("shapes that do not broadcast are named", () => {
  assert.throws(
    () => add(tensor([1, 2]), tensor([1, 2, 3])),
    (error: unknown) =>
      error instanceof ShapeError && error.message.startsWith("add: shapes do not broadcast; a is [2], b is [3]"),
  );
});

test.run();
