import { suite } from "uvu";
import * as assert from "uvu/assert";
import { defineOp } from "../../lib/autograd/define_op.ts";
import { gradcheck } from "../../lib/autograd/gradcheck.ts";
import { AutogradError, OptionError } from "../../lib/base/errors.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { exp } from "../../lib/ops/exp.ts";
import { gelu } from "../../lib/ops/gelu.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { mul } from "../../lib/ops/mul.ts";
import { softmax } from "../../lib/ops/softmax.ts";
import { sum } from "../../lib/ops/sum.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("gradcheck");

function input(shape: readonly number[], seed = 1): Tensor {
  const x = tensor(uniform64(shape, seed).data, shape);
  x.requiresGrad = true;
  return x;
}

/** x² whose gradient is `factor` times the right one at element `at`, and at all others right. */
const squareWrongAt = (at: number, factor: number) =>
  defineOp("square", {
    forward: (_, x: Tensor) => mul(x, x),
    backward({ args: [x] }, dy) {
      const dx = mul(mul(x, 2), dy);
      dx.data[at] *= factor;
      return [dx];
    },
  });

test("right gradients pass, and every element is checked", () => {
  const labels = tensor([0, 2, 1], [3], "i32");
  assert.is(gradcheck((x) => gelu(x), [input([7])]).checked, 7);
  assert.is(gradcheck(matmul, [input([3, 4]), input([4, 5], 2)]).checked, 32);
  assert.is(gradcheck((x) => softmax(mul(x, 3), 0), [input([4, 3])]).checked, 12);
  assert.is(gradcheck((x) => crossEntropy(x, labels, { labelSmoothing: 0.1 }), [input([3, 4])]).checked, 12);
  const conv = (x: Tensor, w: Tensor) => conv2d(x, w, null, { stride: 2, padding: 1 });
  assert.is(gradcheck(conv, [input([1, 5, 5, 2]), input([3, 3, 2, 2], 2)]).checked, 86);
});

test("inputs of large and of small magnitude pass too", () => {
  for (const scale of [1e-3, 1, 1e3]) {
    const x = input([5]);
    x.data.forEach((value, i, data) => {
      data[i] = value * scale;
    });
    assert.ok(gradcheck((v) => sum(mul(v, v)), [x]).worst <= 1);
  }
});

test("a single wrong element is caught, and the message says all about it", () => {
  const x = input([2, 3]);
  let caught: unknown;
  try {
    gradcheck(squareWrongAt(4, 1.01), [x]);
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, AutogradError);
  const { message, details } = caught as AutogradError;
  assert.match(
    message,
    /^gradcheck: 1 of 6 elements differ; input 0 \[2, 3\], index 4: analytic \S+, numeric \S+, difference \S+, tolerance \S+\.$/,
  );
  const [mistake] = details.mistakes as { index: number; analytic: number; numeric: number; tolerance: number }[];
  assert.is(mistake.index, 4);
  assert.ok(Math.abs(mistake.analytic / mistake.numeric - 1.01) < 1e-3);
  assert.ok(mistake.tolerance < Math.abs(mistake.analytic - mistake.numeric));
});

test("errors of 0.5 % are caught in every element, those of sign, scale and a missing term too", () => {
  for (const factor of [0.995, 1.005, -1, 2, 0]) {
    for (let at = 0; at < 5; at++) {
      assert.throws(() => gradcheck(squareWrongAt(at, factor), [input([5])]), /gradcheck: 1 of 5 elements differ/);
    }
  }
  const forgetsProduct = defineOp("forgetful", {
    forward: (_, a: Tensor, b: Tensor) => mul(a, b),
    backward: ({ args: [a, b] }, dy) => [mul(dy, b), mul(dy, mul(a, 0))],
  });
  assert.throws(() => gradcheck(forgetsProduct, [input([3]), input([3], 2)]), /3 of 6 elements differ; input 1/);
});

test("more mistakes than the message lists are counted", () => {
  const wrong = defineOp("wrong", { forward: (_, x: Tensor) => exp(x), backward: (_, dy) => [mul(dy, 3)] });
  assert.throws(() => gradcheck(wrong, [input([20])]), /gradcheck: 20 of 20 elements differ; .*; and 12 more\.$/);
});

test("a gradient that never arrives is named", () => {
  assert.throws(
    () => gradcheck((a) => mul(a, 2), [input([2]), input([3])]),
    /input 1 of shape \[3\] received no gradient/,
  );
});

test("inputs, their gradients and the arena are left as they were", () => {
  const x = input([4]);
  const values = [...x.data];
  const grad = tensor([1, 2, 3, 4]);
  x.grad = grad;
  assert.is(
    leaks(() => gradcheck((v) => exp(mul(v, v)), [x])),
    0,
  );
  assert.equal([...x.data], values);
  assert.is(x.grad, grad);
});

test("no input to check, or an option that is no positive number, is refused", () => {
  for (const body of [
    () => gradcheck((x) => exp(x), [tensor([1])]),
    () => gradcheck((x) => exp(x), [input([1])], { step: 0 }),
    () => gradcheck((x) => exp(x), [input([1])], { roundings: Number.NaN }),
  ]) {
    assert.throws(body, (error: unknown) => error instanceof OptionError);
  }
});

test.run();
