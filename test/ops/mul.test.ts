import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { ShapeError } from "../../lib/base/errors.ts";
import { add } from "../../lib/ops/add.ts";
import { div } from "../../lib/ops/div.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sub } from "../../lib/ops/sub.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { broadcast64 } from "../../lib/selftest/ops64.ts";
import { full, tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
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

test("the tensor that stands for a number is freed at once, and backward knows the number all the same", () => {
  for (const [op, slope] of [[add, 1] as const, [sub, 1] as const, [mul, 2] as const, [div, 0.5] as const]) {
    const x = tensor([1, 2]);
    const before = memoryUsage().blocks;
    const y = op(op(x, 2), 4);
    assert.is(memoryUsage().blocks, before + 2);
    y.dispose();
    x.requiresGrad = true;
    const loss = sum(op(x, 2));
    full([4], 7); // would take the number's place
    backward(loss);
    assert.equal([...(x.grad as Tensor).data], [slope, slope]);
  }
});

test("shapes that do not broadcast are named", () => {
  assert.throws(
    () => mul(tensor([1, 2]), tensor([1, 2, 3])),
    (error: unknown) =>
      error instanceof ShapeError && error.message.startsWith("mul: shapes do not broadcast; a is [2], b is [3]"),
  );
});

test.run();
