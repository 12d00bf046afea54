import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { matmul64 } from "../../lib/selftest/ops64.ts";
import { ones } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("matmul");

for (const [m, k, n] of [
  [1, 1, 1],
  [3, 5, 7],
  [4, 8, 8],
  [33, 17, 9],
  [40, 3, 16],
]) {
  testOp(test, "matmul", matmul, matmul64, {
    shapes: [
      [m, k],
      [k, n],
    ],
    terms: k,
    gradTerms: Math.max(m, n),
  });
}
testOp(test, "matmul", matmul, matmul64, {
  title: "only b needs a gradient",
  shapes: [
    [4, 6],
    [6, 5],
  ],
  terms: 6,
  differentiable: [false, true],
});

test("inner dimensions that differ are named", () => {
  assert.throws(
    () => matmul(ones([64, 784]), ones([785, 10])),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message ===
        "matmul: inner dimensions differ; a is [64, 784], b is [785, 10]; a's last (784) must equal b's first (785).",
  );
});

test("an operand that is no matrix is named", () => {
  assert.throws(() => matmul(ones([3]), ones([3, 3])), /a must have rank 2, \[M, K\]; got \[3\]/);
});

test.run();
