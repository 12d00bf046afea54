import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mul } from "../../lib/ops/mul.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { ShapeError } from "../../lib/tensor/errors.ts";
import { broadcast64 } from "../support/broadcast64.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("mul");
const reference = broadcast64((a, b) => a * b);

for (const shapes of [
  [[7], [7]],
  [[], [3]],
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
  testOp(test, "mul", mul, reference, { shapes, gradTerms: 24 });
}

test("a number stands for a scalar", () => {
  assert.equal([...mul(tensor([1, 2, 3]), 2).data], [2, 4, 6]);
});

test("shapes that do not broadcast are named", () => {
  assert.throws(
    () => mul(tensor([1, 2]), tensor([1, 2, 3])),
    (error: unknown) =>
      error instanceof ShapeError && error.message.startsWith("mul: shapes do not broadcast; a is [2], b is [3]"),
  );
});

test.run();
