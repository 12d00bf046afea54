import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { defineOp } from "../../lib/autograd/define_op.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { DTypeError } from "../../lib/base/errors.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { linear } from "../../lib/ops/linear.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("defineOp");

test("a tensor of another dtype than declared is refused; f32 is the default", () => {
  const refused = (body: () => unknown, message: string) =>
    assert.throws(body, (error: unknown) => error instanceof DTypeError && error.message === message);
  refused(() => relu(zeros([2, 3], "i32")), "relu: x must be f32; got i32 [2, 3].");
  refused(() => mul(zeros([2]), zeros([2], "u8")), "mul: b must be f32; got u8 [2].");
  const anything = defineOp("anything", {
    inputs: { x: "any", y: "u8" },
    forward: (_, x: Tensor, y: Tensor) => zeros([x.size, y.size]),
    backward: () => [null, null],
  });
  assert.equal(anything(zeros([2], "i32"), zeros([3], "u8")).shape, [2, 3]);
  refused(() => anything(zeros([2]), zeros([3])), "anything: y must be u8; got f32 [3].");
});

test("what is no tensor is refused by name; arrays are told how to become one, null passes where a tensor may be left out", () => {
  const x = zeros([1, 2]);
  const given = (value: unknown) => value as Tensor;
  refuses(
    () => matmul(x, given([[1], [2]])),
    DTypeError,
    "matmul: b must be a tensor; got [[1], [2]]. Make it one: tensor(b).",
  );
  refuses(() => relu(given(undefined)), DTypeError, "relu: x must be a tensor; got undefined.");
  refuses(
    () => relu(given(new Float32Array(2))),
    DTypeError,
    "relu: x must be a tensor; got a Float32Array. Make it one: tensor(x).",
  );
  refuses(() => relu(given(new ReLU())), DTypeError, "relu: x must be a tensor; got a ReLU.");
  refuses(
    () => crossEntropy(x, given([1])),
    DTypeError,
    "crossEntropy: target must be a tensor; got [1]. Make it one: tensor(target).",
  );
  refuses(() => linear(x, zeros([2, 1]), given(1)), DTypeError, "linear: b must be a tensor; got 1.");
  assert.equal(linear(x, zeros([2, 1]), null).shape, [1, 1]);
  assert.equal(linear(x, zeros([2, 1])).shape, [1, 1]);
});

test("forward learns whether the call is recorded, backward which gradients are wanted", () => {
  const seen: unknown[] = [];
  const product = defineOp("product", {
    forward({ isRecording, save }, a: Tensor, b: Tensor) {
      seen.push(isRecording);
      save(a, b);
      return mul(a, b);
    },
    backward({ args, saved: [a, b], needs }, dy) {
      seen.push(needs);
      assert.equal(args[0].shape, a.shape);
      return [needs[0] ? mul(dy, b) : null, needs[1] ? mul(dy, a) : null];
    },
  });
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  product(a, b);
  b.requiresGrad = true;
  noGrad(() => product(a, b));
  backward(sum(product(a, b)));
  assert.equal(seen, [false, false, true, [false, true]]);
  assert.is(a.grad, null);
  assert.equal([...(b.grad?.data ?? [])], [1, 2]);
});

test.run();
