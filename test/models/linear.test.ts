import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rand } from "../../lib/ops/random.ts";
import { linear } from "../../models/linear.ts";

const test = suite("models/linear");

test("it has 7,850 parameters, named fc.weight and fc.bias", () => {
  const named = linear().namedParameters();
  assert.equal(
    named.map(([name]) => name),
    ["fc.weight", "fc.bias"],
  );
  assert.is(
    named.reduce((total, [, { size }]) => total + size, 0),
    7850,
  );
});

test("it takes images to ten logits each", () => {
  assert.equal(linear().forward(rand([3, 28, 28, 1], { seed: 0 })).shape, [3, 10]);
});

test("the seed decides the initial values", () => {
  const weights = (seed: number): number[] => [...linear({ seed }).parameters()[0].data];
  assert.equal(weights(1), weights(1));
  assert.not.equal(weights(1), weights(2));
});

test.run();
