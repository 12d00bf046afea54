import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { ShapeError } from "../../lib/base/errors.ts";
import { linear } from "../../lib/ops/linear.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { all64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { matmul64, matmulGradients64 } from "../../lib/selftest/ops64.ts";
import { ones, tensor } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { withGuardedMemory } from "../support/guarded_memory.ts";
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

test("large layers, multiplied panel by panel, agree with f64 in values and gradients, and write nowhere else", () => {
  const [m, k, n] = [40, 260, 135];
  const [x64, w64, b64, dy64] = [[m, k], [k, n], [n], [m, n]].map((shape, i) => uniform64(shape, i + 1));
  withGuardedMemory(() =>
    scope(() => {
      const [x, w, b] = [x64, w64, b64].map(({ data, shape }) => {
        const input = tensor(data, shape);
        input.requiresGrad = true;
        return input;
      });
      const y = linear(x, w, b);
      backward(sum(mul(y, tensor(dy64.data, [m, n]))));
      const { da, db } = matmulGradients64(x64, w64, dy64);
      expectClose(y.data, all64(matmul64(x64, w64, b64)).data, sumTolerance(1, k + 1), "y");
      expectClose((x.grad as Tensor).data, all64(da).data, sumTolerance(1, n), "dx");
      expectClose((w.grad as Tensor).data, all64(db).data, sumTolerance(1, m), "dw");
    }),
  );
});

test("shapes that do not fit are named", () => {
  assert.throws(
    () => linear(ones([2, 3]), ones([4, 5]), ones([5])),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message.startsWith("linear: shapes do not fit; x is [2, 3], w is [4, 5], b is [5];"),
  );
});

test.run();
