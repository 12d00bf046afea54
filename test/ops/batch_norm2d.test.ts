import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { DTypeError, OptionError, ShapeError, type SimdgradError } from "../../lib/base/errors.ts";
import { batchNorm2d } from "../../lib/ops/batch_norm2d.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import {
  type Array64,
  all64,
  array64,
  map64,
  maxAbs,
  sumTolerance,
  UNIT_ROUNDOFF,
  uniform64,
} from "../../lib/selftest/array64.ts";
import { batchNorm2d64, statistics64 } from "../../lib/selftest/layers64.ts";
import { relu64 } from "../../lib/selftest/ops64.ts";
import { empty, full, ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { testOp } from "../support/test_op.ts";
import { torchCases } from "../support/torch_case.ts";

const test = suite("batchNorm2d");

/** Running statistics of `c` channels, the same in library and reference. */
const RUNNING = { mean: (i: number) => Math.fround(0.3 * i - 1), variance: (i: number) => Math.fround(0.5 + 0.2 * i) };

function running(c: number): { runningMean: Tensor; runningVar: Tensor } {
  return {
    runningMean: tensor(Array.from({ length: c }, (_, i) => RUNNING.mean(i))),
    runningVar: tensor(Array.from({ length: c }, (_, i) => RUNNING.variance(i))),
  };
}

function apply(isTraining: boolean, relu = false) {
  return (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
    const { runningMean, runningVar } = running(x.shape[3]);
    const y = batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining, relu });
    runningMean.dispose();
    runningVar.dispose();
    return y;
  };
}

const SHAPES = [
  [2, 1, 1, 4],
  [1, 5, 7, 1],
  [3, 2, 3, 3],
  [9, 2, 2, 5],
  [17, 1, 2, 8],
  [2, 6, 6, 17],
];

for (const shape of SHAPES) {
  const c = shape[3];
  const values = shape[0] * shape[1] * shape[2];
  testOp(test, "training", apply(true), batchNorm2d64(), {
    shapes: [shape, [c], [c]],
    maxTerm: 4,
    terms: 4,
    gradTerms: 4 * values,
  });
  const rectified = (...[x, gamma, beta]: Array64[]): Array64 => map64(all64(batchNorm2d64()(x, gamma, beta)), relu64);
  testOp(test, "training, then ReLU", apply(true, true), rectified, {
    shapes: [shape, [c], [c]],
    maxTerm: 4,
    terms: 4,
    gradTerms: 4 * values,
  });
  const indices = Array.from({ length: c }, (_, i) => i);
  const given = { mean: indices.map(RUNNING.mean), variance: indices.map(RUNNING.variance) };
  testOp(test, "evaluation", apply(false), batchNorm2d64({ running: given }), {
    shapes: [shape, [c], [c]],
    maxTerm: 8,
    gradTerms: values,
  });
}

for (const differentiable of [
  [true, false, false],
  [false, true, false],
  [false, false, true],
]) {
  for (const isTraining of [true, false]) {
    test(`only the gradients asked for arrive: ${differentiable}, training ${isTraining}`, () => {
      const inputs = [tensor(uniform64([2, 2, 2, 4], 1).data, [2, 2, 2, 4]), ones([4]), ones([4])];
      inputs.forEach((input, i) => {
        input.requiresGrad = differentiable[i];
      });
      backward(sum(apply(isTraining)(inputs[0], inputs[1], inputs[2])));
      assert.equal(
        inputs.map((input) => input.grad !== null),
        differentiable,
      );
    });
  }
}

test("a ReLU in the same pass is one by itself: values, gradients, and NaN, in training and in evaluation", () => {
  for (const isTraining of [true, false]) {
    const run = (fused: boolean): number[] =>
      scope(() => {
        const inputs = [[3, 4, 5, 6], [6], [6]].map((shape, i) => {
          const input = tensor(uniform64(shape, i + 1).data, shape);
          input.requiresGrad = true;
          return input;
        });
        inputs[0].data[8] = Number.NaN;
        const [x, gamma, beta] = inputs;
        const y = fused ? apply(isTraining, true)(x, gamma, beta) : relu(apply(isTraining)(x, gamma, beta));
        backward(sum(mul(y, tensor(uniform64(y.shape, 4).data, y.shape))));
        return [...y.data, ...inputs.flatMap(({ grad }) => [...(grad as Tensor).data])];
      });
    // −0 is as good as 0.
    assert.equal(
      run(true).map((value) => value + 0),
      run(false).map((value) => value + 0),
    );
  }
});

test("at a mean of 100 σ nothing cancels: output and statistics are good to a few roundings", () => {
  const shape = [19, 7, 7, 6];
  const x = uniform64(shape, 3, 100 - Math.sqrt(3), 100 + Math.sqrt(3));
  const gamma = uniform64([6], 4);
  const beta = uniform64([6], 5);
  const { mean, variance } = statistics64(x);
  const expected = all64(batchNorm2d64()(x, gamma, beta));
  const runningMean = zeros([6]);
  const runningVar = zeros([6]);
  const y = batchNorm2d(tensor(x.data, shape), tensor(gamma.data), tensor(beta.data), {
    runningMean,
    runningVar,
    isTraining: true,
    momentum: 1,
  });
  // Beyond the few of y itself: a variance from 32-term sums is off by 32 roundings at worst.
  expectClose(y.data, expected.data, 8 * UNIT_ROUNDOFF * maxAbs(expected.data), "y");
  expectClose(runningMean.data, mean, UNIT_ROUNDOFF * 128, "mean");
  const count = x.data.length / 6;
  const unbiased = variance.map((v) => (v * count) / (count - 1));
  expectClose(runningVar.data, unbiased, sumTolerance(maxAbs(unbiased) / 32, 32), "variance");
});

test("an outlier in the first pixel does not spoil the variance of the others", () => {
  const shape = [8, 8, 8, 1];
  const x = uniform64(shape, 3);
  x.data[0] = 4096;
  const { variance } = statistics64(x);
  const runningVar = zeros([1]);
  const options = { runningMean: zeros([1]), runningVar, isTraining: true, momentum: 1 };
  const y = batchNorm2d(tensor(x.data, shape), ones([1]), zeros([1]), options);
  expectClose(runningVar.data, [(variance[0] * 512) / 511], 4 * UNIT_ROUNDOFF * variance[0], "variance");
  const expected = all64(
    batchNorm2d64()(
      x,
      array64([1], () => 1),
      array64([1]),
    ),
  );
  expectClose(y.data, expected.data, 8 * UNIT_ROUNDOFF * maxAbs(expected.data), "y");
});

test("a constant channel is normalised to beta", () => {
  const options = { runningMean: zeros([4]), runningVar: ones([4]), isTraining: true };
  const y = batchNorm2d(full([4, 3, 3, 4], 0.1), full([4], 3), full([4], 2), options);
  expectClose(y.data, new Float32Array(144).fill(2), 0);
});

test("evaluation leaves the running statistics alone, and training with momentum 0 too", () => {
  for (const options of [{ isTraining: false }, { isTraining: true, momentum: 0 }]) {
    const { runningMean, runningVar } = running(5);
    const before = [...runningMean.data, ...runningVar.data];
    batchNorm2d(ones([2, 2, 2, 5]), ones([5]), ones([5]), { runningMean, runningVar, ...options });
    assert.equal([...runningMean.data, ...runningVar.data], before);
  }
});

test("in evaluation the result for one image does not depend on the batch around it", () => {
  const x = tensor(uniform64([9, 3, 3, 5], 1).data, [9, 3, 3, 5]);
  const gamma = tensor(uniform64([5], 2).data);
  const all = apply(false)(x, gamma, gamma);
  const one = apply(false)(tensor(x.data.slice(4 * 45, 5 * 45), [1, 3, 3, 5]), gamma, gamma);
  assert.equal(one.data, all.data.slice(4 * 45, 5 * 45));
});

for (const item of torchCases("norm_pool.json").filter(({ op }) => op === "batchNorm2d")) {
  test(`PyTorch agrees: ${item.shape}, training ${item.isTraining}, momentum ${item.momentum}`, () => {
    const x = tensor(item.x, item.shape);
    const gamma = tensor(item.gamma);
    const beta = tensor(item.beta);
    for (const input of [x, gamma, beta]) input.requiresGrad = true;
    const [runningMean, runningVar] = [tensor(item.runningMean), tensor(item.runningVar)];
    const options = { runningMean, runningVar, isTraining: item.isTraining, momentum: item.momentum, eps: item.eps };
    const y = batchNorm2d(x, gamma, beta, options);
    backward(sum(mul(y, tensor(item.dy, item.shape))));
    const close = (actual: Tensor | null, expected: number[], terms: number, label: string): void =>
      expectClose(actual?.data ?? [], expected, sumTolerance(maxAbs(expected), terms), label);
    const values = item.x.length / item.gamma.length;
    close(y, item.y, 4, "y");
    close(options.runningMean, item.newMean, 4, "running mean");
    close(options.runningVar, item.newVar, 4, "running variance");
    close(x.grad, item.dx, values, "dx");
    close(gamma.grad, item.dgamma, values, "dgamma");
    close(beta.grad, item.dbeta, values, "dbeta");
  });
}

test("an empty batch evaluates to an empty result", () => {
  assert.equal(apply(false)(empty([0, 4, 4, 3]), ones([3]), ones([3])).shape, [0, 4, 4, 3]);
});

test("one value per channel cannot be normalised by its own statistics", () => {
  assert.throws(
    () => apply(true)(ones([1, 1, 1, 3]), ones([3]), ones([3])),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message.startsWith("batchNorm2d: expected more than 1 value per channel when training; x is [1, 1, 1, 3]."),
  );
});

test("arguments that do not fit are named", () => {
  const x = ones([2, 2, 2, 3]);
  const fails = (body: () => unknown, type: typeof SimdgradError, message: RegExp): void =>
    assert.throws(body, (error: unknown) => error instanceof type && message.test((error as Error).message));
  fails(() => apply(true)(ones([2, 3]), ones([3]), ones([3])), ShapeError, /x must have rank 4/);
  fails(() => apply(true)(x, ones([4]), ones([3])), ShapeError, /gamma is \[4\]; expected \[3\]/);
  fails(() => apply(true)(x, ones([3]), ones([3, 1])), ShapeError, /beta is \[3, 1\]; expected \[3\]/);
  const options = { runningMean: ones([3]), runningVar: ones([3]), isTraining: true };
  const call = (more: object) => () => batchNorm2d(x, ones([3]), ones([3]), { ...options, ...more });
  fails(call({ runningVar: ones([2]) }), ShapeError, /runningVar is \[2\]; expected \[3\]/);
  fails(call({ runningMean: zeros([3], "i32") }), DTypeError, /runningMean must be f32; got i32/);
  fails(call({ momentum: 1.5 }), OptionError, /momentum must be in \[0, 1\]; got 1.5/);
  fails(call({ momentum: Number.NaN }), OptionError, /momentum must be in \[0, 1\]; got NaN/);
  fails(call({ eps: 0 }), OptionError, /eps must be a finite number > 0; got 0/);
});

test.run();
