import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { div } from "../../lib/ops/div.ts";
import { sum } from "../../lib/ops/sum.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testBroadcasting } from "../support/broadcasting.ts";

const test = suite("div");

testBroadcasting(test, "div", div, (a, b) => a / b, { range: [0.5, 2], maxTerm: 8 });

test("a number stands for a scalar, on either side", () => {
  assert.equal([...div(tensor([1, 2, 3]), 10).data], [0.1, 0.2, 0.3].map(Math.fround));
  assert.is(div(8, tensor(2)).item(), 4);
});

test("a division by zero is infinite, zero by zero is NaN", () => {
  assert.equal([...div(tensor([1, -1, 0]), 0).data], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
});

test("a denormal divisor gives finite gradients where they are, and none that is NaN", () => {
  const tiny = 2 ** -149;
  const [a, b] = [tensor([0, tiny, 0, 1]), tensor([tiny, tiny, -tiny, tiny])];
  a.requiresGrad = true;
  b.requiresGrad = true;
  backward(sum(div(a, b)));
  const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf } = Number;
  assert.equal([...(a.grad?.data ?? [])], [inf, inf, minusInf, inf]);
  assert.equal([...(b.grad?.data ?? [])], [0, minusInf, 0, minusInf]);
});

test.run();
