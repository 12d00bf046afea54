import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { maxPool2d } from "../../lib/ops/max_pool2d.ts";
import type { Pool2dOptions } from "../../lib/ops/pool_windows.ts";
import { sum } from "../../lib/ops/sum.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { maxPooling64, pool2d64 } from "../../lib/selftest/windows64.ts";
import { empty, ones, tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { testOp } from "../support/test_op.ts";
import { testTorchPool } from "../support/torch_pool.ts";

const test = suite("maxPool2d");

const pair = (size: number | readonly number[]): number[] => (typeof size === "number" ? [size, size] : [...size]);

const CASES: readonly (Pool2dOptions & { title: string; x: number[] })[] = [
  { title: "2×2 tiles", x: [2, 4, 6, 4], kernelSize: 2 },
  { title: "2×2 tiles, odd image, odd channels", x: [2, 5, 7, 5], kernelSize: 2 },
  { title: "overlapping 3×3, stride 1", x: [1, 5, 6, 3], kernelSize: 3, stride: 1 },
  { title: "overlapping 3×3, stride 2, padded", x: [2, 7, 6, 8], kernelSize: 3, stride: 2, padding: 1 },
  { title: "2×2, stride 1, padded", x: [1, 3, 4, 2], kernelSize: 2, stride: 1, padding: 1 },
  { title: "gaps between windows", x: [1, 8, 9, 1], kernelSize: 2, stride: 3 },
  {
    title: "a window and strides of unequal sides",
    x: [1, 7, 8, 4],
    kernelSize: [3, 2],
    stride: [2, 3],
    padding: [1, 0],
  },
  { title: "the whole image", x: [3, 4, 3, 17], kernelSize: [4, 3] },
  { title: "1×1", x: [1, 3, 3, 2], kernelSize: 1 },
  { title: "a window of more than 256 places", x: [1, 17, 18, 1], kernelSize: 17, stride: 1 },
];

for (const { title, x, ...options } of CASES) {
  const kernel = pair(options.kernelSize);
  const stride = pair(options.stride ?? kernel);
  const windows = Math.ceil(kernel[0] / stride[0]) * Math.ceil(kernel[1] / stride[1]);
  testOp(test, "maxPool2d", (input) => maxPool2d(input, options), pool2d64(maxPooling64(options)), {
    title,
    shapes: [x],
    gradTerms: windows,
  });
}

testTorchPool(test, "maxPool2d", maxPool2d, 1);

/** Numbers of channels: with those of a vector, of the sixteen that backward compares at once, and some that are left. */
const CHANNELS = [1, 4, 7, 16, 19];

/**
 * The gradient of Σ y: how many windows have their maximum at each place of an image of one channel.
 *
 * @throws it depends on how many channels beside it have the same values
 */
function hits(values: number[], shape: number[], options: Pool2dOptions): number[] {
  const [alone, ...beside] = CHANNELS.map((channels) => {
    const x = tensor(
      values.flatMap((value) => Array(channels).fill(value)),
      [...shape.slice(0, 3), channels],
    );
    x.requiresGrad = true;
    backward(sum(maxPool2d(x, options)));
    return { channels, gradient: [...(x.grad as Tensor<"f32">).data] };
  });
  for (const { channels, gradient } of beside) {
    const expected = gradient.map((_, i) => alone.gradient[Math.floor(i / channels)]);
    assert.equal(gradient, expected, `${channels} channels`);
  }
  return alone.gradient;
}

test("the first of equal maxima receives the gradient", () => {
  assert.equal(hits([1, 1, 1, 1], [1, 2, 2, 1], { kernelSize: 2 }), [1, 0, 0, 0]);
  assert.equal(hits([0, 1, 1, 0], [1, 2, 2, 1], { kernelSize: 2 }), [0, 1, 0, 0]);
  assert.equal(hits([0, 0, 1, 1], [1, 2, 2, 1], { kernelSize: 2 }), [0, 0, 1, 0]);
  assert.equal(hits([1, 2, 2, 2, 1, 1, 2, 1, 1], [1, 3, 3, 1], { kernelSize: 3 }), [0, 1, 0, 0, 0, 0, 0, 0, 0]);
});

test("of a larger window the border leaves 2×2 places, of which the lower right may be the largest", () => {
  const corner = { kernelSize: 3, stride: 3, padding: 1 };
  assert.equal(hits([0, 1, 2, 3], [1, 2, 2, 1], corner), [0, 0, 0, 1]);
  assert.equal(hits([0, 1, 3, 2], [1, 2, 2, 1], corner), [0, 0, 1, 0]);
});

test("a window of more than 128 or 256 places remembers each of them", () => {
  for (const side of [12, 16, 17]) {
    for (const at of [0, 127, 128, 143, 255, 256, 288].filter((place) => place < side * side)) {
      const values = Array.from({ length: side * side }, (_, i) => (i === at ? 1 : 0));
      assert.equal(hits(values, [1, side, side, 1], { kernelSize: side }), values);
    }
  }
});

test("a place that is the maximum of several windows receives the gradients of all", () => {
  assert.equal(hits([0, 0, 0, 0, 9, 0, 0, 0, 0], [1, 3, 3, 1], { kernelSize: 2, stride: 1 })[4], 4);
});

test("NaN is the maximum wherever it stands, and where it stands receives the gradient", () => {
  for (const size of [2, 3]) {
    const places = size * size;
    for (let at = 0; at < places; at++) {
      const values = Array.from({ length: places }, (_, i) => (i === at ? Number.NaN : i));
      assert.equal([...maxPool2d(tensor(values, [1, size, size, 1]), { kernelSize: size }).data], [Number.NaN]);
      const expected = values.map((_, i) => (i === at ? 1 : 0));
      assert.equal(hits(values, [1, size, size, 1], { kernelSize: size }), expected);
    }
  }
});

test("a window of −∞ alone is −∞, and its first place receives the gradient, never the padding", () => {
  const low = Number.NEGATIVE_INFINITY;
  const options = { kernelSize: 2, padding: 1 };
  assert.equal([...maxPool2d(tensor([low, low, low, low], [1, 2, 2, 1]), options).data], [low, low, low, low]);
  assert.equal(hits([low, low, low, low], [1, 2, 2, 1], options), [1, 1, 1, 1]);
});

test("without recording the values are the same", () => {
  const x = tensor(uniform64([2, 7, 7, 5], 1).data, [2, 7, 7, 5]);
  x.requiresGrad = true;
  for (const options of [{ kernelSize: 2 }, { kernelSize: 3, stride: 1, padding: 1 }]) {
    assert.equal(noGrad(() => maxPool2d(x, options)).data, maxPool2d(x, options).data);
  }
});

test("an empty batch gives an empty result", () => {
  assert.equal(maxPool2d(empty([0, 4, 4, 3]), { kernelSize: 2 }).shape, [0, 2, 2, 3]);
});

test("windows and options that do not fit are named", () => {
  const fails = (
    shape: number[],
    options: Pool2dOptions,
    type: typeof ShapeError | typeof OptionError,
    message: RegExp,
  ): void =>
    assert.throws(
      () => maxPool2d(ones(shape), options),
      (error: unknown) => error instanceof type && message.test((error as Error).message),
    );
  const x = [1, 4, 5, 2];
  fails([4, 5], { kernelSize: 2 }, ShapeError, /x must have rank 4, \[N, H, W, C\]; got \[4, 5\]/);
  fails([1, 0, 5, 2], { kernelSize: 2, padding: 1 }, ShapeError, /images have no pixels/);
  fails(x, { kernelSize: [5, 5] }, ShapeError, /the 5×5 window does not fit the 4×5 image with padding 0, 0/);
  fails(
    x,
    { kernelSize: 2, padding: 2 },
    OptionError,
    /padding must be at most half of kernelSize; got 2 for a window of 2/,
  );
  fails(
    x,
    { kernelSize: 0 },
    OptionError,
    /kernelSize must be an integer from 1 to 2147483647, or two of them, .*; got 0/,
  );
  fails(
    x,
    { kernelSize: [2, 1.5] },
    OptionError,
    /kernelSize must be an integer from 1 to 2147483647, or two of them, .*; got \[2, 1.5\]/,
  );
  fails(x, { kernelSize: 2, stride: 0 }, OptionError, /stride must be an integer from 1 to/);
  fails(x, { kernelSize: 2, padding: -1 }, OptionError, /padding must be an integer from 0 to/);
  fails(
    x,
    { kernelSize: Number.NaN },
    OptionError,
    /kernelSize must be an integer from 1 to 2147483647, or two of them, .*; got NaN/,
  );
});

test.run();
