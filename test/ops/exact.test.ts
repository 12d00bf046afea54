import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { exact } from "../../lib/ops/exact.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import { type Array64, array64, map64, UNIT_ROUNDOFF, uniform64 } from "../../lib/selftest/array64.ts";
import { conv2d64, conv2dGradients64 } from "../../lib/selftest/windows64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("exact");
test.after(async () => {
  await setThreads(1);
});

const PADDED = { padding: 1 };
const [SIDE, CIN, COUT] = [14, 8, 12];
const X = uniform64([2, SIDE, SIDE, CIN], 1);
const W = uniform64([3, 3, CIN, COUT], 2);
const DY = uniform64([2, SIDE, SIDE, COUT], 3);

interface Results {
  y: Float32Array;
  dx: Float32Array;
  dw: Float32Array;
}

/** y, and the gradients of Σ dy·y; `inside` what is to go around the forward pass. */
function run(x: Array64, dy: Array64 = DY, w = W, inside: <T>(body: () => T) => T = exact): Results {
  return scope(() => {
    const [input, weight] = [x, w].map(({ data, shape }) => tensor(data, shape));
    input.requiresGrad = weight.requiresGrad = true;
    const y = inside(() => conv2d(input, weight, null, PADDED));
    backward(sum(mul(y, tensor(dy.data, dy.shape))));
    return Object.fromEntries(
      Object.entries({ y, dx: input.grad, dw: weight.grad }).map(([name, value]) => [
        name,
        Float32Array.from((value as Tensor<"f32">).values),
      ]),
    ) as unknown as Results;
  });
}

/** Each element of the definition, and how far f32 may be off: terms·u·Σ|term|, whatever the order of the sum. */
function expectWithinBounds(x: Array64, dy: Array64, w: Array64): void {
  const magnitude = (each: Array64): Array64 => map64(each, Math.abs);
  const [sizeOfX, sizeOfW, sizeOfDy] = [x, w, dy].map(magnitude);
  const gradients = conv2dGradients64(PADDED)(x, w, dy);
  const magnitudes = conv2dGradients64(PADDED)(sizeOfX, sizeOfW, sizeOfDy);
  const [n, h, width, cin] = x.shape;
  const cases = {
    y: [conv2d64(PADDED)(x, w), conv2d64(PADDED)(sizeOfX, sizeOfW), 9 * cin],
    dx: [gradients.dx, magnitudes.dx, 9 * w.shape[3]],
    dw: [gradients.dw, magnitudes.dw, n * h * width],
  } as const;
  const actual = run(x, dy, w);
  for (const [name, [expected, size, terms]] of Object.entries(cases)) {
    actual[name as keyof Results].forEach((value, i) => {
      const error = Math.abs(value - expected.at(i));
      const bound = terms * UNIT_ROUNDOFF * size.at(i);
      assert.ok(error <= bound, `${name}[${i}] of ${x.shape}: ${value}, off by ${error}, bound ${bound}`);
    });
  }
}

test("every element is within the bound of its own sum: values and both gradients", () => {
  expectWithinBounds(X, DY, W);
  const small = [uniform64([9, 5, 7, 4], 4), uniform64([9, 5, 7, 4], 5), uniform64([3, 3, 4, 4], 6)] as const;
  expectWithinBounds(...small);
  // Next to values of 1e6, too, where Winograd is off by more than small sums are large.
  expectWithinBounds(
    map64(X, (value, i) => (Math.floor(i / CIN / SIDE) % SIDE === 4 ? 1e6 * value : value)),
    DY,
    W,
  );
});

for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${odd} reaches what its windows see, and no bit of anything else`, () => {
    const clean = run(X);
    for (const [row, col] of [
      [0, 0],
      [5, 8],
      [13, 7],
    ]) {
      const at = (SIDE + row) * SIDE + col; // in the second image
      const { y } = run(map64(X, (value, i) => (i === at * CIN + 2 ? odd : value)));
      const { dx } = run(
        X,
        map64(DY, (value, i) => (i === at * COUT + 5 ? odd : value)),
      );
      for (const [name, values, expected, channels] of [
        ["y", y, clean.y, COUT],
        ["dx", dx, clean.dx, CIN],
      ] as const) {
        values.forEach((value, i) => {
          const [image, r, c] = [SIDE * SIDE, SIDE, 1].map((size) => Math.floor(i / channels / size));
          const isSeen = image === 1 && Math.max(Math.abs((r % SIDE) - row), Math.abs((c % SIDE) - col)) <= 1;
          if (isSeen) assert.not(Number.isFinite(value), `${name}, ${odd} in ${row}, ${col}`);
          else assert.is(value, expected[i]);
        });
      }
    }
  });
}

test("large sums overflow only where they are too large", () => {
  const x = array64([1, 8, 8, 4], () => 3e37);
  const w = array64([3, 3, 4, 4], () => 0.05);
  expectWithinBounds(x, uniform64([1, 8, 8, 4], 1), w);
});

test("what sees zeros alone is zero, next to 1e6 as well, and so is the gradient behind dead units", () => {
  const rows = (value: number, i: number): number => (Math.floor(i / CIN / SIDE) % SIDE === 4 ? 1e6 * value : 0);
  const { y } = run(map64(X, rows));
  const dead = map64(DY, (value, i) => (Math.floor(i / COUT / SIDE) % SIDE === 9 ? 1e6 * value : 0));
  const { dx } = run(X, dead);
  y.forEach((value, i) => {
    const row = Math.floor(i / COUT / SIDE) % SIDE;
    if (row < 3 || row > 5) assert.is(value, 0);
  });
  dx.forEach((value, i) => {
    const row = Math.floor(i / CIN / SIDE) % SIDE;
    if (row < 8 || row > 10) assert.is(value, 0);
  });
});

test("a dead ReLU passes no gradient: dx is zero where no live unit looks", () => {
  scope(() => {
    const x = tensor(X.data, X.shape);
    x.requiresGrad = true;
    const b = tensor(array64([COUT], () => -7).data, [COUT]);
    const y = exact(() => relu(conv2d(x, tensor(W.data, W.shape), b, PADDED)));
    backward(sum(y));
    const live = new Set<number>();
    y.values.forEach((value, i) => {
      if (value === 0) return;
      const pixel = Math.floor(i / COUT);
      for (const down of [-1, 0, 1]) for (const right of [-1, 0, 1]) live.add(pixel + down * SIDE + right);
    });
    let zeros = 0;
    x.grad?.values.forEach((value, i) => {
      if (live.has(Math.floor(i / CIN))) return;
      zeros++;
      assert.is(Math.abs(value), 0);
    });
    assert.ok(zeros > 100 && live.size > 100);
  });
});

const conv = new Conv2d(CIN, COUT, 3, { padding: 1, seed: 1 });
const CASES = {
  "max pooling": new Sequential([conv, new BatchNorm2d(COUT), new ReLU(), new MaxPool2d(2)]),
  "the mean": new Sequential([conv, new BatchNorm2d(COUT), new ReLU(), new AdaptiveAvgPool2d(1)]),
  "one channel": new Sequential([
    new Conv2d(1, COUT, 3, { padding: 1, seed: 2 }),
    new BatchNorm2d(COUT),
    new ReLU(),
    new MaxPool2d(2),
  ]),
};

for (const [title, model] of Object.entries(CASES)) {
  test(`a block goes layer by layer, in training and in evaluation (${title})`, () => {
    const cin = (model.parameters()[0] as Tensor).shape[2];
    const values = uniform64([3, SIDE, SIDE, cin], 7);
    const bits = (body: (x: Tensor) => Tensor<"f32">): Float32Array =>
      scope(() => body(tensor(values.data, values.shape)).values.slice());
    const layers = (x: Tensor): Tensor<"f32"> =>
      model.children().reduce((h, [, layer]) => layer.forward(h), x) as Tensor<"f32">;
    for (const isTraining of [true, false]) {
      if (isTraining) model.train();
      else model.eval();
      const expected = bits((x) => exact(() => layers(x)));
      assert.equal(
        bits((x) => exact(() => model.forward(x))),
        expected,
      );
      const usual = bits((x) => noGrad(() => model.forward(x)));
      assert.not.equal(usual, expected);
      assert.equal(
        bits((x) => noGrad(() => exact(() => model.forward(x)))),
        expected,
      );
      assert.equal(
        bits((x) => noGrad(() => model.forward(x))),
        usual,
      );
    }
  });
}

test("gradients go as their forward pass went, wherever backward is called", () => {
  const usual = run(X, DY, W, (body) => body());
  const precise = run(X);
  for (const name of ["y", "dx", "dw"] as const) assert.not.equal(usual[name], precise[name]);
  assert.equal(
    exact(() => run(X, DY, W, (body) => body())),
    precise,
  );
  scope(() => {
    const x = tensor(X.data, X.shape);
    x.requiresGrad = true;
    const y = conv2d(x, tensor(W.data, W.shape), null, PADDED);
    exact(() => backward(sum(mul(y, tensor(DY.data, DY.shape)))));
    assert.equal(Float32Array.from(x.grad?.values ?? []), usual.dx);
  });
});

test("two threads give the bits of one", async () => {
  const one = run(X);
  assert.is(await setThreads(2), 2);
  const two = run(X);
  await setThreads(1);
  assert.equal(two, one);
});

test("nests, hands on what the body returns or throws, and ends with it", () => {
  const usual = run(X, DY, W, (body) => body()).y;
  const precise = run(X).y;
  exact(() => {
    assert.is(
      exact(() => 7),
      7,
    );
    assert.equal(run(X, DY, W, (body) => body()).y, precise);
  });
  assert.throws(
    () =>
      exact(() => {
        throw new RangeError("mine");
      }),
    (error: unknown) => error instanceof RangeError,
  );
  assert.equal(run(X, DY, W, (body) => body()).y, usual);
  refuses(() => exact(async () => 0), OptionError, /^exact: the body must not be async\.$/);
  refuses(() => exact(7 as never), OptionError, /^exact: body must be a function/);
  assert.equal(run(X, DY, W, (body) => body()).y, usual);
});

test.run();
