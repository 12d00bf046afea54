import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("Linear");

test("y = x·W + b", () => {
  const layer = new Linear(2, 3, { seed: 0 });
  layer.weight.data.set([1, 2, 3, 4, 5, 6]);
  layer.bias?.data.set([10, 20, 30]);
  assert.equal(layer.forward(tensor([[1, 2]])).toArray(), [[19, 32, 45]]);
});

test("bias: false leaves the bias out", () => {
  const layer = new Linear(2, 3, { bias: false, seed: 0 });
  assert.equal(
    layer.namedParameters().map(([name]) => name),
    ["weight"],
  );
  assert.is(layer.forward(tensor([[0, 0]])).data[1], 0);
});

test("weight and bias start uniform in ±1/√in, as in PyTorch", () => {
  const bound = 1 / Math.sqrt(400);
  const layer = new Linear(400, 100, { seed: 5 });
  for (const { data } of layer.parameters()) {
    assert.ok(data.every((value) => Math.abs(value) <= bound));
    assert.ok(Math.max(...data) > 0.9 * bound && Math.min(...data) < -0.9 * bound);
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    // Five standard errors of a uniform distribution's mean square, (b²/3)·√(4/5)/√n.
    expectClose([variance], [bound ** 2 / 3], (5 * bound ** 2 * Math.sqrt(0.8 / data.length)) / 3);
  }
});

test("the same seed gives the same layer", () => {
  assert.equal(new Linear(3, 3, { seed: 1 }).weight.toArray(), new Linear(3, 3, { seed: 1 }).weight.toArray());
});

test("sizes that are not integers ≥ 1, and bad seeds, are refused", () => {
  const refused: [() => unknown, RegExp][] = [
    [() => new Linear(0, 1), /^Linear: inFeatures must be an integer ≥ 1; got 0\.$/],
    [() => new Linear(1, 2.5), /outFeatures must be an integer ≥ 1; got 2\.5/],
    [() => new Linear(1, 1, { seed: Number.NaN }), /seed must be an integer/],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test.run();
