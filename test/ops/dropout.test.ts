import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { dropout } from "../../lib/ops/dropout.ts";
import { sum } from "../../lib/ops/sum.ts";
import { dropout64 } from "../../lib/selftest/random64.ts";
import { ones, tensor } from "../../lib/tensor/create.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("dropout");
const KEY = { seed: 11, stream: 3, step: 5 };

const reference = dropout64(0.25, KEY);

for (const size of TAIL_SIZES) {
  testOp(test, "dropout", (x) => dropout(x, { p: 0.25, ...KEY }), reference, { shapes: [[size]] });
}

test("a share p of the elements becomes 0, and the mean is kept", () => {
  for (const p of [0.1, 0.5, 0.9]) {
    const y = dropout(ones([100_000]), { p, seed: 2 });
    const zeros = y.data.filter((value) => value === 0).length;
    assert.ok(Math.abs(zeros - p * 1e5) < 5 * Math.sqrt(p * (1 - p) * 1e5), `${zeros} zeros at p = ${p}`);
    assert.ok(y.data.every((value) => value === 0 || value === Math.fround(1 / (1 - p))));
  }
});

test("backward drops the very elements that forward dropped", () => {
  const x = ones([1000]);
  x.requiresGrad = true;
  const y = dropout(x, { p: 0.5, seed: 6, step: 3 });
  const values = [...y.data];
  backward(sum(y));
  assert.equal([...(x.grad?.data ?? [])], values);
});

test("p = 0 is the identity, and another step gives another mask", () => {
  const x = ones([64]);
  assert.equal([...dropout(x, { p: 0, seed: 1 }).data], [...x.data]);
  assert.not.equal(
    [...dropout(x, { p: 0.5, seed: 1, step: 1 }).data],
    [...dropout(x, { p: 0.5, seed: 1, step: 2 }).data],
  );
});

test("a rate of 1 gives zeros, and gradients of zero", () => {
  const x = tensor([1, Number.NaN, Number.POSITIVE_INFINITY]);
  x.requiresGrad = true;
  const y = dropout(x, { p: 1 });
  assert.equal([...y.data], [0, 0, 0]);
  backward(sum(y));
  assert.equal([...(x.grad?.data ?? [])], [0, 0, 0]);
});

test("a rate outside [0, 1] is refused; one just below 1 is not", () => {
  for (const p of [-0.1, 1.5, Number.NaN]) {
    assert.throws(
      () => dropout(ones([1]), { p, seed: 0 }),
      (error: unknown) => error instanceof OptionError && error.message === `dropout: p must be in [0, 1]; got ${p}.`,
    );
  }
  assert.ok(dropout(ones([1000]), { p: 1 - 1e-12, seed: 0 }).data.every((value) => value === 0));
});

test.run();
