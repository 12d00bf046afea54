import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { linear } from "../../lib/ops/linear.ts";
import { type Array64, array64 } from "../../lib/selftest/array64.ts";
import { ones } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("linear");

function reference(x: Array64, w: Array64, b?: Array64): Array64 {
  const [m, k] = x.shape;
  const n = w.shape[1];
  return array64([m, n], (at) => {
    let sum = b ? b.data[at % n] : 0;
    for (let p = 0; p < k; p++) sum += x.data[Math.floor(at / n) * k + p] * w.data[p * n + (at % n)];
    return sum;
  });
}

for (const [m, k, n] of [
  [1, 7, 10],
  [5, 3, 9],
  [33, 12, 4],
]) {
  const gradTerms = Math.max(m, n);
  testOp(test, "linear", (x, w, b) => linear(x, w, b), reference, {
    shapes: [[m, k], [k, n], [n]],
    terms: k + 1,
    gradTerms,
  });
  testOp(test, "linear without bias", (x, w) => linear(x, w), reference, {
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
