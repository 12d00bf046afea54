import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { detach } from "../../lib/ops/detach.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { tensor } from "../../lib/tensor/create.ts";

const test = suite("detach");

test("no gradient flows through the result: d(x·detach(x))/dx is x", () => {
  const x = tensor([1, 2, 3]);
  x.requiresGrad = true;
  const y = mul(x, 1);
  backward(sum(mul(y, detach(y))));
  assert.equal([...(x.grad?.data ?? [])], [1, 2, 3]);
});

test("the result needs no gradient, shares memory, and outlives x", () => {
  const x = tensor([1, 2, 3]);
  x.requiresGrad = true;
  const y = detach(x);
  assert.is(y.requiresGrad, false);
  x.data[0] = 7;
  x.dispose();
  assert.equal([...y.data], [7, 2, 3]);
});

test.run();
