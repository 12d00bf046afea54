// Every operation of test/fixtures/ops.json, values and gradients, against PyTorch's.
// Batch normalisation and pools: their own tests, with norm_pool.json; optimizers: optim.json.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import * as lib from "../../lib/index.ts";
import { maxAbs } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { torchCases } from "../support/torch_case.ts";

interface Plain {
  shape: number[];
  data: number[];
  dtype: "f32" | "i32";
}

// biome-ignore lint/suspicious/noExplicitAny: each op has options of its own
type Run = (inputs: lib.Tensor<any>[], options: any) => lib.Tensor;

const OPS: Record<string, Run> = {
  add: ([a, b]) => lib.add(a, b),
  argmax: ([x], { axes }) => lib.argmax(x, axes),
  conv2d: ([x, w, b], options) => lib.conv2d(x, w, b, options),
  crossEntropy: ([x, labels], options) => lib.crossEntropy(x, labels, options),
  div: ([a, b]) => lib.div(a, b),
  exp: ([x]) => lib.exp(x),
  gelu: ([x], options) => lib.gelu(x, options),
  linear: ([x, w, b]) => lib.linear(x, w, b),
  log: ([x]) => lib.log(x),
  logSoftmax: ([x], { axis }) => lib.logSoftmax(x, axis),
  matmul: ([a, b]) => lib.matmul(a, b),
  max: ([x], { axes }) => lib.max(x, axes),
  mean: ([x], { axes, keepDims }) => lib.mean(x, axes, { keepDims }),
  mul: ([a, b]) => lib.mul(a, b),
  relu: ([x]) => lib.relu(x),
  reshape: ([x], { shape }) => lib.reshape(x, shape),
  sigmoid: ([x]) => lib.sigmoid(x),
  slice: ([x], { start }) => lib.slice(x, start),
  softmax: ([x], { axis }) => lib.softmax(x, axis),
  sub: ([a, b]) => lib.sub(a, b),
  sum: ([x], { axes }) => lib.sum(x, axes),
  tanh: ([x]) => lib.tanh(x),
  transpose: ([x], { order }) => lib.transpose(x, order),
};

/** Both sides compute in f32: sixteen roundings of the largest finite value. */
const tolerance = ({ data }: Plain): number => 2 ** -20 * Math.max(1e-6, maxAbs(data.filter(Number.isFinite)));

const test = suite("PyTorch's operations");
const cases = torchCases("ops.json");

for (const [index, { op, options, inputs, y, dy, gradients }] of cases.entries()) {
  const run = OPS[op];
  if (!run) continue;
  const shapes = inputs.map(({ shape }: Plain) => `[${shape}]`).join(" × ");
  test(`case ${index}: ${op} ${shapes} ${JSON.stringify(options)} agrees with PyTorch`, () => {
    const tensors = inputs.map(({ data, shape, dtype }: Plain, i: number) => {
      const input = lib.tensor(data, shape, dtype);
      input.requiresGrad = Boolean(gradients?.[i]);
      return input;
    });
    const result = run(tensors, options);
    assert.equal(result.shape, y.shape);
    assert.is(result.dtype, y.dtype);
    expectClose(result.data, y.data, tolerance(y), "values");
    if (!gradients) return;
    backward(lib.sum(lib.mul(result, lib.tensor(dy.data, dy.shape))));
    gradients.forEach((gradient: Plain | null, i: number) => {
      if (gradient) expectClose(tensors[i].grad?.data ?? [], gradient.data, tolerance(gradient), `gradient ${i}`);
    });
  });
}

test("clipGradNorm returns PyTorch's norm and leaves PyTorch's gradients", () => {
  const clipCases = cases.filter(({ op }) => op === "clipGradNorm");
  assert.is(clipCases.length, 3);
  for (const { maxNorm, norm, before, after } of clipCases) {
    const params = before.map(({ data, shape }: Plain) => {
      const param = lib.zeros(shape);
      param.grad = lib.tensor(data, shape);
      return param;
    });
    expectClose([lib.clipGradNorm(params, maxNorm)], [norm], 1e-6 * norm, "norm");
    after.forEach((gradient: Plain, i: number) => {
      expectClose(params[i].grad.data, gradient.data, tolerance(gradient), `gradient ${i}`);
    });
  }
});

test("layers start within PyTorch's bound, and use it up", () => {
  for (const { op, layer, args, bound } of cases) {
    if (op !== "initialBound") continue;
    const [a, b, c] = args;
    const { weight, bias } = layer === "linear" ? new lib.Linear(a, b) : new lib.Conv2d(a, b, c);
    const largest = maxAbs(weight.data);
    assert.ok(largest <= bound && largest > 0.95 * bound, `${layer}: ${largest} of ${bound}`);
    assert.ok(maxAbs(bias?.data ?? []) <= bound);
  }
});

test("every case of the fixture was run", () => {
  const others = ["clipGradNorm", "initialBound"];
  assert.equal(
    cases.map(({ op }) => op).filter((op) => !(op in OPS) && !others.includes(op)),
    [],
  );
  assert.equal(
    Object.keys(OPS).filter((op) => !cases.some((one) => one.op === op)),
    [],
  );
});

test.run();
