import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { sgdStep64 } from "../../lib/selftest/optim64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { followsPyTorch, resumesExactly } from "../support/optimizer_cases.ts";
import { parameterRows } from "../support/parameter_rows.ts";

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
      const plainly = { lr: 0.5, weightDecay: 0.1 };
      const ahead = { ...plainly, momentum: 0.9, nesterov: true };
      const expected = Array.from(p, (value, i) => sgdStep64({ p: value, m: m[i] }, g[i], ahead));
      const plain = module.put(p);
      const [pp, gg] = [p, g].map((values) => module.put(values));
      // Behind four elements of a parameter that has no gradient.
      const mm = module.put([1, 2, 3, 4, ...m]);
      const row = { g: gg, first: 4, size };
      const table = parameterRows(module, [{ p: pp, ...row }]);
      const plainTable = parameterRows(module, [{ p: plain, ...row }]);
      inPieces(size + 4, [1, 4 + Math.floor(size / 3)], (from, to) => {
        module.kernels.sgd_momentum_f32(mm.ptr, ...table, 0.5, 0.9, 0.1, 1, from, to);
        module.kernels.sgd_f32(...plainTable, 0.5, 0.1, from, to);
      });
      module.checkCanaries();
      expectClose(mm.data, [1, 2, 3, 4, ...expected.map((state) => state.m)], 1e-6, `m, size ${size}`);
      expectClose(
        pp.data,
        expected.map((state) => state.p),
        1e-6,
        `p, size ${size}`,
      );
      const stepped = p.map((value, i) => sgdStep64({ p: value, m: 0 }, g[i], plainly).p);
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

test("parameters may gain and lose their gradients between steps", () => {
  const params = [tensor([1, 1]), tensor([1, 1, 1])];
  const optimizer = new SGD(params, { lr: 1, momentum: 0.5 });
  for (const moving of [0, 1, 1, 0]) {
    params[moving].grad = tensor(new Float32Array(params[moving].size).fill(1));
    optimizer.step();
    optimizer.zeroGrad();
  }
  // Two steps each: 1, then 1 + 0.5·1.
  assert.equal(
    params.map(({ data }) => [...data]),
    [
      [-1.5, -1.5],
      [-1.5, -1.5, -1.5],
    ],
  );
});

test("a gradient of another size than its parameter is refused, and nothing moves", () => {
  const params = [tensor([1]), tensor([1, 2])];
  params[0].grad = tensor([1]);
  params[1].grad = tensor([1, 2, 3]);
  const optimizer = new SGD(params, { lr: 1 });
  assert.throws(
    () => optimizer.step(),
    (error: unknown) =>
      error instanceof ShapeError && error.message.includes("SGD: a parameter is [2] but its gradient [3]"),
  );
  assert.is(params[0].item(), 1);
  assert.is(optimizer.state().step.item(), 0);
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
