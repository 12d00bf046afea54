import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SGD } from "../../lib/optim/sgd.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { CheckpointError, OptionError } from "../../lib/tensor/errors.ts";
import { uniform64 } from "../support/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { followsPyTorch, resumesExactly } from "../support/optimizer_cases.ts";

const test = suite("SGD");

test("it takes PyTorch's steps: plain, with decay, with momentum, with Nesterov's", () => {
  followsPyTorch("SGD", (params, options) => new SGD(params, options));
});

test("its state resumes a run to the bit", () => {
  resumesExactly((params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }));
});

for (const variant of ["simd", "relaxed"] as const) {
  test(`the kernels step every element of any size, and no other, however the range is cut (${variant})`, () => {
    for (const size of TAIL_SIZES) {
      const module = new KernelModule(variant);
      const [p, m, g] = [1, 2, 3].map((seed) => uniform64([size], seed).data);
      const expectedM = m.map((value, i) => 0.9 * value + g[i] + 0.1 * p[i]);
      const expectedP = p.map((value, i) => value - 0.5 * (g[i] + 0.1 * value + 0.9 * expectedM[i]));
      const plain = module.put(p);
      const [pp, mm, gg] = [p, m, g].map((values) => module.put(values));
      const cut = Math.floor(size / 3);
      for (const [from, to] of [
        [0, cut],
        [cut, size],
      ]) {
        module.kernels.sgd_momentum_f32(pp.ptr, mm.ptr, gg.ptr, 0.5, 0.9, 0.1, 1, from, to);
        module.kernels.sgd_f32(plain.ptr, gg.ptr, 0.5, 0.1, from, to);
      }
      module.checkCanaries();
      expectClose(mm.data, expectedM, 1e-6, `m, size ${size}`);
      expectClose(pp.data, expectedP, 1e-6, `p, size ${size}`);
      const stepped = p.map((value, i) => value - 0.5 * (g[i] + 0.1 * value));
      expectClose(plain.data, stepped, 1e-6, `plain, size ${size}`);
    }
  });
}

test("a parameter without a gradient is left alone", () => {
  const [moved, still] = [tensor([1]), tensor([1])];
  moved.grad = tensor([1]);
  const optimizer = new SGD([moved, still], { lr: 0.5, momentum: 0.9, weightDecay: 0.1 });
  optimizer.step();
  assert.not.equal(moved.item(), 1);
  assert.is(still.item(), 1);
});

test("zeroGrad drops the gradients", () => {
  const parameter = tensor([1]);
  const gradient = tensor([1]);
  parameter.grad = gradient;
  new SGD([parameter], { lr: 1 }).zeroGrad();
  assert.is(parameter.grad, null);
  assert.ok(gradient.isDisposed);
});

test("options outside their range are refused, and so is such a learning rate later on", () => {
  const params = [tensor([1])];
  const refused: [() => unknown, RegExp][] = [
    [() => new SGD(params, { lr: Number.NaN }), /^SGD: lr must be a finite number ≥ 0; got NaN\.$/],
    [() => new SGD(params, { lr: -0.1 }), /lr/],
    [() => new SGD(params, { lr: 1, momentum: 1 }), /momentum must be in \[0, 1\); got 1/],
    [() => new SGD(params, { lr: 1, weightDecay: Number.NaN }), /weightDecay/],
    [() => new SGD(params, { lr: 1, nesterov: true }), /nesterov needs a momentum/],
    [() => new SGD([], { lr: 1 }), /no parameters/],
    [
      () => {
        new SGD(params, { lr: 1 }).lr = Number.POSITIVE_INFINITY;
      },
      /lr must be/,
    ],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test("a state of other parameters is refused, and changes nothing", () => {
  const optimizer = new SGD([tensor([1, 2])], { lr: 1, momentum: 0.5 });
  const other = new SGD([tensor([1, 2, 3])], { lr: 1, momentum: 0.5 });
  assert.throws(
    () => optimizer.loadState(other.state()),
    (error: unknown) =>
      error instanceof CheckpointError && error.message.startsWith("loadState: momentum of SGD must be f32 [2] but is"),
  );
  assert.throws(() => optimizer.loadState({}), /step of SGD must be i32 \[\] but is missing/);
});

test.run();
