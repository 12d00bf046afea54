import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { add } from "../../lib/ops/add.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { maxPool2d } from "../../lib/ops/max_pool2d.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { map64, maxAbs, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { conv2d64 } from "../../lib/selftest/windows64.ts";
import { empty, ones, tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { refuses } from "../support/refuses.ts";
import { testOp } from "../support/test_op.ts";
import { WINOGRAD_REACH, winogradTolerance } from "../support/winograd_bound.ts";

const test = suite("conv2d");

interface Case {
  title: string;
  x: number[];
  w: number[];
  stride?: number;
  padding?: number;
  bias?: boolean;
}

const CASES: readonly Case[] = [
  { title: "3×3 with padding, one input channel", x: [2, 6, 5, 1], w: [3, 3, 1, 4], padding: 1, bias: true },
  { title: "3×3 with padding, one input channel, no bias", x: [9, 3, 4, 1], w: [3, 3, 1, 8], padding: 1 },
  { title: "3×3 with padding, channels by fours", x: [2, 7, 7, 4], w: [3, 3, 4, 8], padding: 1, bias: true },
  { title: "3×3 with padding, channels by fours, a map of odd sides", x: [1, 5, 2, 8], w: [3, 3, 8, 4], padding: 1 },
  { title: "3×3 without padding, odd channels", x: [1, 5, 6, 3], w: [3, 3, 3, 5] },
  { title: "1×1", x: [2, 4, 3, 5], w: [1, 1, 5, 3], bias: true },
  { title: "1×1, more pixels than a block", x: [3, 7, 13, 5], w: [1, 1, 5, 19] },
  { title: "1×1, stride 2", x: [2, 5, 4, 3], w: [1, 1, 3, 4], stride: 2, bias: true },
  { title: "1×1 with padding", x: [2, 3, 2, 4], w: [1, 1, 4, 3], padding: 1, bias: true },
  { title: "5×5, stride 2, padding 2", x: [1, 9, 8, 3], w: [5, 5, 3, 3], stride: 2, padding: 2, bias: true },
  { title: "2×4, stride 3, padding wider than the window", x: [1, 5, 5, 2], w: [2, 4, 2, 3], stride: 3, padding: 5 },
  { title: "a window as large as the image", x: [3, 4, 4, 2], w: [4, 4, 2, 6], bias: true },
  { title: "a kernel wider than the image, inside its padding", x: [1, 2, 2, 3], w: [5, 5, 3, 2], padding: 2 },
  { title: "more output pixels than one block", x: [1, 9, 11, 1], w: [3, 3, 1, 2], padding: 1 },
  { title: "two whole blocks of output pixels an image", x: [2, 18, 10, 1], w: [3, 3, 1, 2] },
  { title: "more output pixels than a block of dw", x: [1, 21, 19, 1], w: [4, 2, 1, 2], padding: 1 },
  { title: "more columns than a block has pixels", x: [1, 3, 262, 1], w: [2, 3, 1, 2], padding: 1 },
  {
    title: "more terms than a block has, in whole rows of the window",
    x: [1, 4, 4, 40],
    w: [3, 3, 40, 3],
    stride: 2,
    padding: 1,
    bias: true,
  },
  { title: "more terms than a block has in a row of the window", x: [1, 3, 3, 150], w: [2, 2, 150, 3], bias: true },
];

for (const { title, x, w, stride = 1, padding = 0, bias = false } of CASES) {
  const shapes = bias ? [x, w, [w[3]]] : [x, w];
  const op = (...[input, weight, b]: Tensor[]) => conv2d(input, weight, b ?? null, { stride, padding });
  const terms = w[0] * w[1] * w[2] + 1;
  const pixels = x[0] * (x[1] + 2 * padding) * (x[2] + 2 * padding);
  testOp(test, "conv2d", op, conv2d64({ stride, padding }), {
    title,
    shapes,
    terms,
    gradTerms: Math.max(pixels, terms * w[3]),
  });
}

testOp(test, "conv2d", (x, w) => conv2d(x, w, null, { padding: 1 }), conv2d64({ padding: 1 }), {
  title: "an input without a gradient",
  shapes: [
    [1, 4, 4, 2],
    [3, 3, 2, 3],
  ],
  terms: 18,
  gradTerms: 16,
  differentiable: [false, true],
});

test("weight gradients of a batch of several chunks are the sum over its images", () => {
  const x = uniform64([19, 3, 3, 2], 1);
  const w = uniform64([2, 2, 2, 3], 2);
  const gradient = (images: number): Float32Array => {
    using weight = tensor(w.data, w.shape);
    weight.requiresGrad = true;
    const size = images * 18;
    for (let start = 0; start < 19; start += images) {
      using input = tensor(x.data.subarray(start * 18, start * 18 + size), [Math.min(images, 19 - start), 3, 3, 2]);
      backward(sum(conv2d(input, weight)));
    }
    const result = (weight.grad as Tensor<"f32">).data.slice();
    weight.grad?.dispose();
    return result;
  };
  expectClose(gradient(19), gradient(1), sumTolerance(1, 19 * 4));
});

test("the result for one image does not depend on the batch around it", () => {
  const x = tensor(uniform64([9, 6, 6, 3], 1).data, [9, 6, 6, 3]);
  const w = tensor(uniform64([3, 3, 3, 5], 2).data, [3, 3, 3, 5]);
  const all = conv2d(x, w, null, { padding: 1 });
  const one = tensor(x.data.slice(4 * 108, 5 * 108), [1, 6, 6, 3]);
  assert.equal(conv2d(one, w, null, { padding: 1 }).data, all.data.slice(4 * 180, 5 * 180));
});

test("the gradient of an input that others read too is the sum of theirs", () => {
  for (const [cin, kernel, stride] of [
    [4, 3, 1],
    [1, 3, 1],
    [3, 5, 1],
    [8, 3, 2],
    [4, 1, 1],
  ]) {
    const gradient = (isAlone: boolean): Float32Array => {
      const x = tensor(uniform64([2, 8, 6, cin], 1).data, [2, 8, 6, cin]);
      x.requiresGrad = true;
      const h = mul(x, 1);
      const w = tensor(uniform64([kernel, kernel, cin, 4], 2).data, [kernel, kernel, cin, 4]);
      const y = sum(conv2d(h, w, null, { stride, padding: (kernel - 1) / 2 }));
      backward(isAlone ? y : add(y, sum(h)));
      return (x.grad as Tensor<"f32">).data.slice();
    };
    const alone = gradient(true).map((value) => value + 1);
    expectClose(
      gradient(false),
      alone,
      sumTolerance(1, 4 * kernel * kernel + 1) + 2e-6 * maxAbs(alone),
      `${kernel}×${kernel}`,
    );
  }
});

test("an empty batch gives an empty result", () => {
  assert.equal(conv2d(empty([0, 4, 4, 1]), ones([3, 3, 1, 2])).shape, [0, 2, 2, 2]);
});

for (const [name, cin, kernel, reach] of [
  ["Winograd", 4, 3, 4],
  ["implicit GEMM", 1, 3, 1],
  ["implicit GEMM", 3, 3, 1],
  ["implicit GEMM", 4, 5, 2],
] as const) {
  test(`a NaN in one pixel reaches its windows' outputs, and nothing further than ${reach} pixels away (${name})`, () => {
    const [n, side, cout] = [2, 14, 4];
    const padding = (kernel - 1) / 2;
    const shape = [n, side, side, cin];
    const w = tensor(uniform64([kernel, kernel, cin, cout], 2).data, [kernel, kernel, cin, cout]);
    const clean = conv2d(tensor(uniform64(shape, 1).data, shape), w, null, { padding }).data.slice();
    for (const [row, col] of [
      [0, 0],
      [5, 8],
      [13, 7],
    ]) {
      const x = tensor(uniform64(shape, 1).data, shape);
      x.data[((side + row) * side + col) * cin] = Number.NaN; // of the second image
      const y = conv2d(x, w, null, { padding }).data;
      for (let at = 0; at < y.length; at++) {
        const [image, i, j] = [side * side * cout, side * cout, cout].map((size) => Math.floor(at / size));
        const distance = Math.max(Math.abs((i % side) - row), Math.abs((j % side) - col));
        if (image === 1 && distance <= padding) assert.ok(Number.isNaN(y[at]), `${row}, ${col}: ${distance} away`);
        else if (image === 0 || distance > reach) assert.is(y[at], clean[at]);
      }
    }
  });
}

/** y of x in 14×14 pixels, and the row of each of its elements. */
function winogradRows(fill: (value: number, row: number) => number): { y: Float32Array; rowOf(i: number): number } {
  const [side, cin, cout] = [14, 8, 12];
  const x = map64(uniform64([1, side, side, cin], 1), (value, i) => fill(value, Math.floor(i / cin / side)));
  const w = uniform64([3, 3, cin, cout], 2);
  const y = conv2d(tensor(x.data, x.shape), tensor(w.data, w.shape), null, { padding: 1 }).data.slice();
  return { y, rowOf: (i) => Math.floor(i / cout / side) };
}

test("by Winograd, large values leave a rest in what does not see them, and within 4 pixels only", () => {
  const { y, rowOf } = winogradRows((value, row) => (row === 5 ? 1e6 * value : 0));
  const unseen = y.filter((_, i) => Math.abs(rowOf(i) - 5) > 1);
  assert.ok(
    maxAbs(unseen) > 0 && maxAbs(unseen) <= winogradTolerance(1e6, 8),
    `${maxAbs(unseen)}, at most ${winogradTolerance(1e6, 8)}`,
  );
  assert.is(maxAbs(y.filter((_, i) => Math.abs(rowOf(i) - 5) > 4)), 0);
});

test("by Winograd, what sees zeros alone is a rounding of what its tile sees", () => {
  const { y, rowOf } = winogradRows((value, row) => (row < 6 ? value : 0));
  const unseen = y.filter((_, i) => rowOf(i) > 6);
  assert.ok(
    maxAbs(unseen) > 0 && maxAbs(unseen) <= winogradTolerance(1, 8),
    `${maxAbs(unseen)}, at most ${winogradTolerance(1, 8)}`,
  );
  assert.is(maxAbs(y.filter((_, i) => rowOf(i) > 9)), 0);
});

test("by Winograd, finite sums may overflow, but not where |x|·|w|·Cin is too small for any step to", () => {
  const overflowsNot = (size: number): boolean => {
    const x = map64(uniform64([2, 11, 11, 4], 1), (value) => size * Math.sign(value)); // tiles of all four sizes
    const w = map64(uniform64([3, 3, 4, 4], 2), () => 0.05);
    return conv2d(tensor(x.data, x.shape), tensor(w.data, w.shape), null, { padding: 1 }).data.every(Number.isFinite);
  };
  const most = (2 - 2 ** -23) * 2 ** 127;
  assert.ok(most / WINOGRAD_REACH > 7e34);
  assert.ok(overflowsNot((0.999 * most) / WINOGRAD_REACH / 4 / 0.05));
  assert.not(overflowsNot(3e37));
});

test("channels, windows and options that do not fit are named", () => {
  const message = (body: () => unknown, type: typeof ShapeError | typeof OptionError): string => {
    try {
      body();
    } catch (error) {
      assert.instance(error, type);
      return (error as Error).message;
    }
    return "nothing thrown";
  };
  const x = ones([1, 4, 4, 2]);
  assert.match(
    message(() => conv2d(x, ones([3, 3, 1, 2])), ShapeError),
    "x's last (2) must equal w's third (1)",
  );
  assert.match(
    message(() => conv2d(x, ones([5, 5, 2, 2])), ShapeError),
    "the 5×5 window does not fit the 4×4 input",
  );
  assert.match(
    message(() => conv2d(x, ones([3, 3, 2, 2]), ones([3])), ShapeError),
    "b is [3]; expected [2]",
  );
  assert.match(
    message(() => conv2d(x, ones([3, 3, 2, 2]), null, { stride: 0 }), OptionError),
    "stride must be an integer from 1 to 16777216; got 0",
  );
  assert.match(
    message(() => conv2d(x, ones([3, 3, 2, 2]), null, { padding: -1 }), OptionError),
    "padding must be an integer from 0 to 16777216",
  );
});

test("images in another library's order are recognised by their second axis, and the message says what to do", () => {
  const hint = / Images are \[N, H, W, C\] here: transpose\(x, \[0, 2, 3, 1\]\)\.$/;
  refuses(() => conv2d(ones([2, 3, 8, 8]), ones([3, 3, 3, 4])), ShapeError, hint);
  refuses(() => conv2d(ones([2, 1, 28, 28]), ones([3, 3, 1, 4])), ShapeError, hint);
  refuses(() => conv2d(ones([2, 16, 8, 8]), ones([3, 3, 16, 4])), ShapeError, hint);
  refuses(() => maxPool2d(ones([2, 1, 28, 28]), { kernelSize: 2 }), ShapeError, hint);
  refuses(() => new BatchNorm2d(32).forward(ones([2, 32, 8, 8])), ShapeError, hint);
  refuses(() => conv2d(ones([2, 8, 8, 2]), ones([3, 3, 3, 4])), ShapeError, /w's third \(3\)\.$/);
});

test.run();
