import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { linear } from "../../lib/ops/linear.ts";
import { matmul64 } from "../../lib/selftest/ops64.ts";
import { ones } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("linear");

for (const [m, k, n] of [
  [1, 7, 10],
  [5, 3, 9],
  [33, 12, 4],
]) {
  const gradTerms = Math.max(m, n);
  testOp(test, "linear", (x, w, b) => linear(x, w, b), matmul64, {
    shapes: [[m, k], [k, n], [n]],
    terms: k + 1,
    gradTerms,
  });
  testOp(test, "linear without bias", (x, w) => linear(x, w), matmul64, {
    shapes: [
      [m, k],
      [k, n],
    ],
    terms: k,
    gradTerms,
  });
}

test("shapes that do not fit are named", () => {
  assert.throws(
    () => linear(ones([2, 3]), ones([4, 5]), ones([5])),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message.startsWith("linear: shapes do not fit; x is [2, 3], w is [4, 5], b is [5];"),
  );
});

test.run();
