import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { ShapeError, type SimdgradError } from "../../lib/base/errors.ts";
import { adaptiveAvgPool2d } from "../../lib/ops/adaptive_avg_pool2d.ts";
import { add } from "../../lib/ops/add.ts";
import { batchNorm2d } from "../../lib/ops/batch_norm2d.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { maxPool2d } from "../../lib/ops/max_pool2d.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { winogradBlock } from "../../lib/ops/winograd_block.ts";
import { type Array64, all64, map64, maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { batchNorm2d64, convBlock64 } from "../../lib/selftest/layers64.ts";
import { relu64 } from "../../lib/selftest/ops64.ts";
import { conv2d64 } from "../../lib/selftest/windows64.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("winogradBlock");
type Tail = "max" | "mean" | "relu" | "norm";

const optionsOf = (tail: Tail) => ({ relu: tail !== "norm", pool: tail === "relu" || tail === "norm" ? null : tail });

function block(tail: Tail) {
  return (x: Tensor, w: Tensor, b: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
    using runningMean = zeros([gamma.size]);
    using runningVar = ones([gamma.size]);
    return winogradBlock(x, w, b, gamma, beta, { runningMean, runningVar, ...optionsOf(tail) });
  };
}

function composition(tail: Tail) {
  return (x: Tensor, w: Tensor, b: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
    using runningMean = zeros([gamma.size]);
    using runningVar = ones([gamma.size]);
    const y = conv2d(x, w, b, { padding: 1 });
    const normal = batchNorm2d(y, gamma, beta, { runningMean, runningVar, isTraining: true });
    if (tail === "norm") return normal;
    const v = relu(normal);
    if (tail === "relu") return v;
    return tail === "max" ? maxPool2d(v, { kernelSize: 2 }) : adaptiveAvgPool2d(v, 1);
  };
}

const SHAPES = [
  { n: 2, h: 2, w: 4, cin: 4, cout: 4 },
  { n: 1, h: 4, w: 6, cin: 4, cout: 8 },
];
for (const pool of ["max", "mean"] as const) {
  for (const { n, h, w, cin, cout } of SHAPES) {
    const pixels = n * h * w;
    const block64 = convBlock64({ pool });
    const reference = (...[x, w, b, gamma, beta]: Array64[]): Array64 => block64({ x, w, b, gamma, beta }).z;
    testOp(test, pool, block(pool), reference, {
      shapes: [[n, h, w, cin], [3, 3, cin, cout], [cout], [cout], [cout]],
      maxTerm: 4,
      terms: 9 * cin,
      gradTerms: 9 * cin * pixels,
    });
  }
}

for (const tail of ["relu", "norm"] as const) {
  for (const { n, h, w, cin, cout } of [...SHAPES, { n: 9, h: 3, w: 1, cin: 4, cout: 4 }]) {
    const reference = (...[x, weight, b, gamma, beta]: Array64[]): Array64 => {
      const normal = all64(batchNorm2d64()(all64(conv2d64({ padding: 1 })(x, weight, b)), gamma, beta));
      return tail === "relu" ? map64(normal, relu64) : normal;
    };
    testOp(test, tail, block(tail), reference, {
      shapes: [[n, h, w, cin], [3, 3, cin, cout], [cout], [cout], [cout]],
      maxTerm: 4,
      terms: 9 * cin,
      gradTerms: 9 * cin * n * h * w,
    });
  }
}

for (const isRelu of [true, false]) {
  for (const { n, h, w, cin, cout } of [...SHAPES, { n: 9, h: 3, w: 1, cin: 4, cout: 4 }]) {
    const op = (...[x, weight, gamma, beta, added]: Tensor[]): Tensor => {
      using runningMean = zeros([gamma.size]);
      using runningVar = ones([gamma.size]);
      const options = { runningMean, runningVar, relu: isRelu, pool: null };
      return winogradBlock(x, weight, null, gamma, beta, options, added);
    };
    const reference = (...[x, weight, gamma, beta, added]: Array64[]): Array64 => {
      const normal = all64(batchNorm2d64()(all64(conv2d64({ padding: 1 })(x, weight)), gamma, beta));
      const y = map64(normal, (value, i) => value + added.data[i]);
      return isRelu ? map64(y, relu64) : y;
    };
    testOp(test, `something added, ${isRelu ? "then ReLU" : "no ReLU"}`, op, reference, {
      shapes: [[n, h, w, cin], [3, 3, cin, cout], [cout], [cout], [n, h, w, cout]],
      maxTerm: 4,
      terms: 9 * cin,
      gradTerms: 9 * cin * n * h * w,
    });
  }
}

/** The value, and every gradient of Σ r·value. */
function run(op: ReturnType<typeof block>, { n, h, w, cin, cout }: (typeof SHAPES)[number], mean = 0) {
  return scope(() => {
    const inputs = [[n, h, w, cin], [3, 3, cin, cout], [cout], [cout], [cout]].map((shape, i) => {
      const offset = i === 2 ? mean : 0;
      const input = tensor(map64(uniform64(shape, 7 + i), (value) => value + offset).data, shape);
      input.requiresGrad = true;
      return input;
    });
    const z = op(...(inputs as [Tensor, Tensor, Tensor, Tensor, Tensor]));
    backward(sum(mul(z, tensor(uniform64(z.shape, 3).data, z.shape))));
    const gradients = inputs.map(({ grad }) => Float32Array.from(grad?.data ?? []));
    return { z: Float32Array.from(z.data), gradients };
  });
}

const LARGER = [
  { n: 9, h: 14, w: 14, cin: 8, cout: 12, tail: "max" },
  { n: 17, h: 6, w: 10, cin: 4, cout: 20, tail: "max" },
  { n: 17, h: 7, w: 7, cin: 8, cout: 36, tail: "mean" },
  { n: 3, h: 1, w: 5, cin: 4, cout: 4, tail: "mean" },
  { n: 17, h: 7, w: 9, cin: 8, cout: 36, tail: "relu" },
  { n: 9, h: 5, w: 6, cin: 4, cout: 12, tail: "norm" },
] as const;

test("agrees with the ops it is made of, on larger batches", () => {
  for (const { tail, ...sizes } of LARGER) {
    const actual = run(block(tail), sizes);
    const expected = run(composition(tail), sizes);
    // The statistics are summed in other blocks, and so may differ by a few roundings.
    expectClose(actual.z, expected.z, 2e-6 * maxAbs(expected.z), `${tail} z`);
    for (const i of [0, 1, 3, 4]) {
      const wanted = expected.gradients[i];
      expectClose(actual.gradients[i], wanted, 1e-5 * maxAbs(wanted), `${tail} gradient of input ${i}`);
    }
  }
});

test("the gradient of an input that others read too is the sum of theirs", () => {
  const sizes = { n: 9, h: 6, w: 5, cin: 4, cout: 8 };
  const [alone, both] = [false, true].map((withInput) => {
    const op: ReturnType<typeof block> = (...args) => {
      const h = mul(args[0], 1);
      const z = block("relu")(h, args[1], args[2], args[3], args[4]);
      return withInput ? add(z, sum(h)) : z;
    };
    return run(op, sizes).gradients[0];
  });
  const share = sum(tensor(uniform64([9, 6, 5, 8], 3).data)).item();
  const expected = alone.map((value) => value + share);
  expectClose(both, expected, 1e-5 * maxAbs(expected));
});

test("the bias has no gradient, in exact arithmetic nor here", () => {
  const { gradients } = run(block("max"), { n: 2, h: 4, w: 4, cin: 4, cout: 8 });
  assert.equal([...gradients[2]], new Array(8).fill(0));
});

test("a mean of 100 standard deviations costs no accuracy", () => {
  const sizes = { n: 8, h: 6, w: 6, cin: 4, cout: 4 };
  const plain = run(block("max"), sizes);
  const shifted = run(block("max"), sizes, 200);
  // y itself is rounded at 200: 1.2e-5 absolute, of a standard deviation of about 2.
  expectClose(shifted.z, plain.z, 3e-5 * maxAbs(plain.z));
});

test("running statistics move as batchNorm2d moves them", () => {
  const move = (op: "block" | "composition"): number[] =>
    scope(() => {
      const [x, w, gamma, beta] = [[5, 4, 4, 4], [3, 3, 4, 8], [8], [8]].map((shape, i) =>
        tensor(uniform64(shape, i + 1).data, shape),
      );
      const options = { runningMean: zeros([8]), runningVar: ones([8]), momentum: 0.3 };
      if (op === "block") winogradBlock(x, w, null, gamma, beta, { ...options, pool: "max" });
      else batchNorm2d(conv2d(x, w, null, { padding: 1 }), gamma, beta, { ...options, isTraining: true });
      return [...options.runningMean.data, ...options.runningVar.data];
    });
  expectClose(move("block"), move("composition"), 1e-6);
});

test("refuses what batchNorm2d refuses", () => {
  const [x, w, gamma] = [zeros([2, 4, 4, 4]), zeros([3, 3, 4, 8]), ones([4])];
  const options = { runningMean: zeros([8]), runningVar: ones([8]), pool: "max" } as const;
  assert.throws(
    () => winogradBlock(x, w, null, gamma, zeros([8]), options),
    (error: SimdgradError) => error instanceof ShapeError && /gamma is \[4\]; expected \[8\]/.test(error.message),
  );
});

test.run();
