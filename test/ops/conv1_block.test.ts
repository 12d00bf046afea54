import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { ShapeError } from "../../lib/base/errors.ts";
import { batchNorm2d } from "../../lib/ops/batch_norm2d.ts";
import { conv1Block, conv1BlockInference } from "../../lib/ops/conv1_block.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { maxPool2d } from "../../lib/ops/max_pool2d.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { type Array64, all64, array64, map64, maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { type Block64, convBlock64 } from "../../lib/selftest/layers64.ts";
import { full, ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("conv1Block");
const EPS = 1e-5;
const MOMENTUM = 0.1;
const block64 = convBlock64({ pool: "max", eps: EPS });
/** Of the largest value of a tensor: what a gradient may be off by. */
const GRADIENT_ERROR = 1e-5;

/** Inputs of a block, x around `mean` with σ = 1/√3. */
function inputsOf([n, h, w, cout]: readonly number[], mean = 0): Record<"x" | "w" | "b" | "gamma" | "beta", Array64> {
  return {
    x: uniform64([n, h, w, 1], 1, mean - 1, mean + 1),
    w: uniform64([3, 3, 1, cout], 2),
    b: uniform64([cout], 3),
    gamma: uniform64([cout], 4, -1.5, 1.5),
    beta: uniform64([cout], 5),
  };
}

type Inputs = ReturnType<typeof inputsOf>;

interface Result {
  z: Float64Array;
  gradients: (Float64Array | null)[];
  running: Float64Array[];
}

/** Values and gradients, of all but x, for the incoming gradient dz, by the block or by the four operations that it is. */
function run(block: typeof conv1Block, inputs: Inputs, dz: Array64, eps = EPS, momentum = MOMENTUM): Result {
  return scope(() => {
    const [x, w, b, gamma, beta] = Object.values(inputs).map(({ data, shape }, i) => {
      const leaf = tensor(data, shape);
      leaf.requiresGrad = i > 0;
      return leaf;
    });
    const runningMean = full(b.shape, 0.25);
    const runningVar = full(b.shape, 2);
    const z = block(x, w, b, gamma, beta, { runningMean, runningVar, eps, momentum });
    backward(sum(mul(z, tensor(dz.data, dz.shape))));
    const copy = (t: Tensor | null): Float64Array | null => t && Float64Array.from(t.data);
    const gradients = [w, b, gamma, beta].map(({ grad }) => copy(grad));
    for (const { grad } of [w, b, gamma, beta]) grad?.dispose();
    return { z: Float64Array.from(z.data), gradients, running: [runningMean, runningVar].map((t) => copy(t)) };
  }) as Result;
}

const plain: typeof conv1Block = (x, w, b, gamma, beta, options) =>
  maxPool2d(relu(batchNorm2d(conv2d(x, w, b, { padding: 1 }), gamma, beta, { ...options, isTraining: true })), {
    kernelSize: 2,
  });

/** A random gradient, 0 wherever f32 may find another maximum than f64, or clip what f64 does not. */
function decidedGradient(exact: Block64, margin: number): Array64 {
  return map64(uniform64(exact.z.shape, 6), (value, i) => (exact.margin.at(i) > margin ? value : 0));
}

function expectGradients(actual: Result, exact: Block64, dz: Array64, label: string): void {
  const names = ["dw", "db", "dgamma", "dbeta"] as const;
  const gradients = exact.gradients(dz);
  names.forEach((name, i) => {
    const expected = all64(gradients[name]).data;
    const tolerance = GRADIENT_ERROR * maxAbs(expected);
    expectClose(actual.gradients[i] ?? [], expected, tolerance, `${name}, ${label}`);
  });
}

const SHAPES = [
  [1, 2, 2, 4],
  [9, 4, 4, 12],
  [7, 6, 10, 4],
  [8, 28, 28, 32],
  [17, 6, 10, 12],
  [1, 28, 28, 4],
];

for (const shape of SHAPES) {
  for (const mean of [0, 100 / Math.sqrt(3)]) {
    const title = `[${shape.slice(0, 3).join(", ")}, 1] to ${shape[3]} channels, pixels around ${mean.toFixed(0)}`;
    test(`${title}: values, gradients and running statistics agree with the f64 reference`, () => {
      const inputs = inputsOf(shape, mean);
      const exact = block64(inputs);
      // x̂ is at most a few, and each of its nine terms is rounded three times.
      const tolerance = 64 * 2 ** -24 * maxAbs(exact.z.data);
      const dz = decidedGradient(exact, 2 * tolerance);
      const actual = run(conv1Block, inputs, dz);
      expectClose(actual.z, exact.z.data, tolerance, "z");
      expectGradients(actual, exact, dz, title);
      const count = (shape[0] * shape[1] * shape[2]) / (shape[0] * shape[1] * shape[2] - 1);
      const [runningMean, runningVar] = actual.running;
      const newMean = exact.statistics.mean.map((value) => (1 - MOMENTUM) * 0.25 + MOMENTUM * value);
      const newVar = exact.statistics.variance.map((value) => (1 - MOMENTUM) * 2 + MOMENTUM * value * count);
      expectClose(runningMean, newMean, 2 ** -23 * maxAbs(newMean), "running mean");
      expectClose(runningVar, newVar, 2 ** -23 * maxAbs(newVar), "running variance");
    });
  }
}

testOp(
  test,
  "conv1Block",
  (x, w, b, gamma, beta) => {
    const options = { runningMean: zeros(b.shape), runningVar: ones(b.shape) };
    return conv1Block(x, w, b, gamma, beta, options);
  },
  (x, w, b, gamma, beta) => block64({ x, w, b, gamma, beta }).z,
  {
    ...{ shapes: [[2, 4, 2, 1], [3, 3, 1, 4], [4], [4], [4]], terms: 9, gradTerms: 64, maxTerm: 4 },
    differentiable: [false, true, true, true, true],
  },
);

test("a bias of 1e6 changes nothing but the running mean", () => {
  const inputs = inputsOf([3, 6, 6, 8]);
  const dz = uniform64([3, 3, 3, 8], 6);
  const small = run(conv1Block, inputs, dz);
  const large = run(conv1Block, { ...inputs, b: map64(inputs.b, () => 1e6) }, dz);
  expectClose(large.z, small.z, 2 ** -23 * maxAbs(small.z), "z");
  expectClose(large.running[1], small.running[1], 0, "running variance");
  assert.ok(large.running[0].every((value) => Math.abs(value - 1e5) < 10));
});

test("the gradient of the bias is exactly 0, and a block without bias has none", () => {
  const inputs = inputsOf([2, 4, 4, 4]);
  assert.equal(run(conv1Block, inputs, uniform64([2, 2, 2, 4], 6)).gradients[1], new Float64Array(4));
  const [x, w, gamma, beta] = [inputs.x, inputs.w, inputs.gamma, inputs.beta].map(({ data, shape }) =>
    tensor(data, shape),
  );
  w.requiresGrad = true;
  beta.requiresGrad = true;
  const options = () => ({ runningMean: zeros([4]), runningVar: ones([4]) });
  const without = conv1Block(x, w, null, gamma, beta, options());
  assert.equal(without.data, conv1Block(x, w, zeros([4]), gamma, beta, options()).data);
  backward(sum(without));
  assert.equal(
    [w, gamma, beta].map(({ grad }) => grad?.shape),
    [[3, 3, 1, 4], undefined, [4]],
  );
});

test("gamma 0 and below: the smallest of a window wins, or the first of four equal", () => {
  const inputs = inputsOf([3, 4, 6, 8]);
  const gamma = array64([8], (i) => [0, -1, 1, -0.5][i % 4]);
  const beta = array64([8], (i) => (i < 4 ? 0.5 : -0.5));
  const exact = block64({ ...inputs, gamma, beta });
  const dz = uniform64(exact.z.shape, 6);
  const actual = run(conv1Block, { ...inputs, gamma, beta }, dz);
  expectClose(actual.z, exact.z.data, 64 * 2 ** -24 * maxAbs(exact.z.data), "z");
  expectGradients(actual, exact, dz, "gamma of both signs");
});

test("of equal values the first receives the gradient: a constant picture, equal rows, equal columns", () => {
  for (const pixel of [() => 3, (i: number) => i % 6, (i: number) => Math.floor(i / 6) % 6]) {
    const inputs = { ...inputsOf([2, 6, 6, 4]), x: array64([2, 6, 6, 1], pixel), beta: array64([4], () => 2) };
    const exact = block64(inputs);
    const dz = uniform64(exact.z.shape, 6);
    expectGradients(run(conv1Block, inputs, dz), exact, dz, "ties");
  }
});

test("eps and momentum do what they do in batchNorm2d", () => {
  const inputs = inputsOf([9, 6, 4, 8]);
  for (const [eps, momentum] of [
    [0.5, 0.3],
    [1e-3, 0],
    [1e-5, 1],
  ]) {
    const exact = convBlock64({ pool: "max", eps })(inputs);
    const tolerance = 64 * 2 ** -24 * maxAbs(exact.z.data);
    const dz = decidedGradient(exact, 2 * tolerance);
    const actual = run(conv1Block, inputs, dz, eps, momentum);
    expectGradients(actual, exact, dz, `eps ${eps}`);
    const expected = run(plain, inputs, dz, eps, momentum);
    expectClose(actual.z, expected.z, 2 * tolerance, "z");
    actual.running.forEach((value, i) => {
      expectClose(value, expected.running[i], 2 ** -20 * maxAbs(expected.running[i]), `running ${i}`);
    });
  }
});

test("NaN spreads as in the plain operations: from a pixel everywhere, from a channel's parameters over it", () => {
  const inputs = inputsOf([2, 4, 4, 8]);
  const dz = uniform64([2, 2, 2, 8], 6);
  for (const name of ["x", "w", "b", "gamma", "beta"] as const) {
    const spoilt = { ...inputs, [name]: map64(inputs[name], (value, i) => (i === 5 ? Number.NaN : value)) };
    const [actual, expected] = [conv1Block, plain].map((block) => run(block, spoilt, dz));
    const nan = ({ z, running, gradients }: Result): boolean[] =>
      [z, ...running, ...[0, 2, 3].map((i) => gradients[i] ?? [])].flatMap((list) => Array.from(list, Number.isNaN));
    assert.equal(nan(actual), nan(expected), name);
  }
});

test("the graph can be gone through twice, nothing leaks, and without recording the values are the same", () => {
  const { x, w, b, gamma, beta } = inputsOf([9, 4, 6, 4]);
  const step = () =>
    scope(() => {
      const [px, pw, pb, pg, pe] = [x, w, b, gamma, beta].map(({ data, shape }) => tensor(data, shape));
      const options = { runningMean: zeros([4]), runningVar: ones([4]) };
      pw.requiresGrad = true;
      const z = conv1Block(px, pw, pb, pg, pe, options);
      assert.equal(noGrad(() => conv1Block(px, pw, pb, pg, pe, options)).data, z.data);
      const loss = sum(z);
      backward(loss, { retainGraph: true });
      const once = Float32Array.from((pw.grad as Tensor).data);
      backward(loss);
      assert.equal(
        (pw.grad as Tensor).data,
        once.map((value) => 2 * value),
      );
      pw.grad?.dispose();
    });
  assert.is(leaks(step), 0);
});

test("with folded weights it is convolution, ReLU and pooling; a picture's result does not depend on the batch", () => {
  const { x, w, b } = inputsOf([9, 6, 10, 12]);
  const [px, pw, pb] = [x, w, b].map(({ data, shape }) => tensor(data, shape));
  const z = conv1BlockInference(px, pw, pb);
  const expected = maxPool2d(relu(conv2d(px, pw, pb, { padding: 1 })), { kernelSize: 2 });
  expectClose(z.data, expected.data, 64 * 2 ** -24 * maxAbs(expected.data), "z");
  const one = conv1BlockInference(tensor(x.data.slice(240, 300), [1, 6, 10, 1]), pw, pb);
  assert.equal(one.data, z.data.slice(4 * 180, 5 * 180));
});

test("with folded weights a pixel that is NaN reaches the windows that see it, and no other", () => {
  const { w, b } = inputsOf([1, 6, 6, 4]);
  for (let at = 0; at < 36; at++) {
    const x = array64([1, 6, 6, 1], (i) => (i === at ? Number.NaN : i % 5));
    const [px, pw, pb] = [x, w, b].map(({ data, shape }) => tensor(data, shape));
    const expected = maxPool2d(relu(conv2d(px, pw, pb, { padding: 1 })), { kernelSize: 2 });
    assert.equal(
      Array.from(conv1BlockInference(px, pw, pb).data, Number.isNaN),
      Array.from(expected.data, Number.isNaN),
      `pixel ${at}`,
    );
  }
});

test("sizes that the kernels do not do are refused", () => {
  const call = (x: number[], w: number[]) => {
    const c = w[3];
    const options = { runningMean: zeros([c]), runningVar: ones([c]) };
    return () => conv1Block(ones(x), ones(w), zeros([c]), ones([c]), zeros([c]), options);
  };
  const odd = /conv1Block: x is \[2,5,4,1\].*H and W even/;
  assert.throws(call([2, 5, 4, 1], [3, 3, 1, 4]), (e: unknown) => e instanceof ShapeError && odd.test(e.message));
  for (const [x, w] of [
    [
      [2, 4, 3, 1],
      [3, 3, 1, 4],
    ],
    [
      [2, 4, 4, 1],
      [3, 3, 1, 6],
    ],
    [
      [2, 4, 4, 1],
      [5, 5, 1, 4],
    ],
    [
      [2, 4, 4, 4],
      [3, 3, 4, 4],
    ],
    [
      [0, 4, 4, 1],
      [3, 3, 1, 4],
    ],
  ]) {
    assert.throws(call(x, w), (e: unknown) => e instanceof ShapeError);
  }
});

test.run();
