import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { DataError, DTypeError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { type CrossEntropyOptions, crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { crossEntropy64, labelCrossEntropy64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("crossEntropy");

const labelsFor = (n: number, classes: number): number[] => Array.from({ length: n }, (_, i) => (i * 7 + 3) % classes);
const withLabels =
  (labels: readonly number[], options: CrossEntropyOptions) =>
  (x: Tensor): Tensor =>
    crossEntropy(x, tensor(labels, [labels.length], "i32"), options);

for (const classes of [1, 2, 3, 4, 5, 7, 8, 10, 33]) {
  const labels = labelsFor(6, classes);
  for (const labelSmoothing of [0, 0.1, 1]) {
    const options = { labelSmoothing };
    testOp(test, "crossEntropy", withLabels(labels, options), labelCrossEntropy64(labels, options), {
      title: `${classes} classes, smoothing ${labelSmoothing}`,
      shapes: [[6, classes]],
      range: [-4, 4],
      terms: classes,
      maxTerm: 8,
    });
  }
}
for (const reduction of ["sum", "none"] as const) {
  const labels = labelsFor(9, 10);
  const options = { reduction, labelSmoothing: 0.2 };
  testOp(test, "crossEntropy", withLabels(labels, options), labelCrossEntropy64(labels, options), {
    title: `reduction ${reduction}`,
    shapes: [[9, 10]],
    range: [-4, 4],
    terms: 90,
    maxTerm: 8,
  });
}

for (const options of [
  {},
  { labelSmoothing: 0.1 },
  { reduction: "sum" },
  { reduction: "none", labelSmoothing: 1 },
] as CrossEntropyOptions[]) {
  testOp(
    test,
    "crossEntropy",
    (x, p) => crossEntropy(x, p, options),
    crossEntropy64(options),
    { title: `probabilities, ${JSON.stringify(options)}`, shapes: [[6, 5], [6, 5]], range: [-4, 4], terms: 30, maxTerm: 32 }, // biome-ignore format: one line
  );
}

test("one-hot rows give the loss and the gradient of their labels, smoothed as well", () => {
  const logits = uniform64([5, 7], 3, -4, 4);
  const labels = labelsFor(5, 7);
  const oneHot = tensor(labels.map((label) => Array.from({ length: 7 }, (_, c) => (c === label ? 1 : 0))));
  for (const labelSmoothing of [0, 0.2]) {
    const [a, b] = [tensor(logits.data, [5, 7]), tensor(logits.data, [5, 7])];
    a.requiresGrad = true;
    b.requiresGrad = true;
    const losses = [
      crossEntropy(a, tensor(labels, [5], "i32"), { labelSmoothing }),
      crossEntropy(b, oneHot, { labelSmoothing }),
    ];
    expectClose(losses[1].data, losses[0].data, 1e-6);
    for (const loss of losses) backward(loss);
    expectClose(b.grad?.data ?? [], a.grad?.data ?? [], 1e-6);
  }
});

test("logits of ±1e4 neither overflow nor lose the loss", () => {
  const x = tensor([
    [1e4, -1e4, 0],
    [1e4, -1e4, 0],
    [-1e4, -1e4, -1e4],
  ]);
  x.requiresGrad = true;
  const losses = crossEntropy(x, tensor([0, 1, 2], [3], "i32"), { reduction: "none" });
  expectClose(losses.data, [0, 2e4, Math.log(3)], 1e-6);
  backward(crossEntropy(x, tensor([0, 1, 2], [3], "i32"), { reduction: "sum" }));
  const third = 1 / 3;
  expectClose(x.grad?.data ?? [], [0, 0, 0, 1, -1, 0, third, third, third - 1], 1e-7);
});

test("a class ruled out by −∞ has no part in the loss, and NaN is passed on", () => {
  const x = tensor([
    [0, Number.NEGATIVE_INFINITY, 0],
    [0, Number.NaN, 0],
  ]);
  const losses = crossEntropy(x, tensor([0, 0], [2], "i32"), { reduction: "none" }).data;
  expectClose(losses, [Math.log(2), Number.NaN], 1e-7);
});

test("a row's loss does not depend on the batch around it", () => {
  const module = new KernelModule();
  const x = module.put(Float32Array.from({ length: 5 * 7 }, (_, i) => Math.sin(i)));
  const labels = module.put(new Float32Array(Int32Array.from([1, 6, 0, 3, 2]).buffer));
  const whole = module.output(5);
  const cut = module.output(5);
  module.kernels.cross_entropy_f32(whole.ptr, x.ptr, labels.ptr, 7, 0.1, 0, 5);
  for (const [from, to] of [
    [0, 2],
    [2, 3],
    [3, 5],
  ]) {
    module.kernels.cross_entropy_f32(cut.ptr, x.ptr, labels.ptr, 7, 0.1, from, to);
  }
  module.checkCanaries();
  expectClose(cut.data, whole.data, 0);
});

test("a label outside the classes is named with its index", () => {
  for (const bad of [10, -1]) {
    assert.throws(
      () => crossEntropy(zeros([3, 10]), tensor([0, 9, bad], [3], "i32")),
      (error: unknown) =>
        error instanceof DataError &&
        error.message === `crossEntropy: label 2 is ${bad}, but must lie in 0 … 9.` &&
        error.details.index === 2,
    );
  }
});

test("shapes, dtypes and options that do not fit are refused", () => {
  const labels = tensor([0, 1], [2], "i32");
  const refused = (body: () => unknown, type: new (...args: never[]) => Error, message: RegExp) =>
    assert.throws(body, (error: unknown) => error instanceof type && message.test(error.message));
  refused(() => crossEntropy(zeros([3, 10]), labels), ShapeError, /one label for each row .* \[3, 10\], labels \[2\]/);
  refused(() => crossEntropy(zeros([10]), labels), ShapeError, /logits must have rank 2, \[N, C\]; got \[10\]/);
  refused(() => crossEntropy(zeros([2, 10]), zeros([2, 10], "i32")), ShapeError, /labels must have rank 1/);
  refused(() => crossEntropy(zeros([2, 10]), zeros([2], "u8")), DTypeError, /labels must be i32; got u8 \[2\]/);
  refused(() => crossEntropy(zeros([2, 10]), zeros([2])), ShapeError, /target \[2\] f32; it must be \[N, C\] as well/);
  refused(() => crossEntropy(zeros([2, 3]), labels, { labelSmoothing: Number.NaN }), OptionError, /got NaN/);
  refused(() => crossEntropy(zeros([2, 3]), labels, { labelSmoothing: 1.5 }), OptionError, /got 1.5/);
  refused(
    () => crossEntropy(zeros([2, 3]), labels, { reduction: "max" as "sum" }),
    OptionError,
    /"mean", "sum" or "none"; got "max"/,
  );
});

test.run();
