import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { add } from "../../lib/ops/add.ts";
import { div } from "../../lib/ops/div.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sub } from "../../lib/ops/sub.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { full, tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { testBroadcasting } from "../support/broadcasting.ts";

const test = suite("mul");

testBroadcasting(test, "mul", mul, (a, b) => a * b);

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

test.run();
