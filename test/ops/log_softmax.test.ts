import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logSoftmax } from "../../lib/ops/log_softmax.ts";
import { logSoftmax64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("logSoftmax");

for (const size of TAIL_SIZES) {
  testOp(test, "logSoftmax", (x) => logSoftmax(x), logSoftmax64(1), {
    shapes: [[3, size]],
    range: [-4, 4],
    terms: Math.max(size, 1),
    maxTerm: 8,
  });
}
for (const axis of [0, 1, 2]) {
  testOp(test, "logSoftmax", (x) => logSoftmax(x, axis), logSoftmax64(axis), {
    title: `axis ${axis} of three`,
    shapes: [[3, 5, 6]],
    range: [-4, 4],
    terms: 6,
    maxTerm: 8,
  });
}

test("a negative axis counts from the end", () => {
  const x = tensor([
    [1, 2],
    [3, 5],
  ]);
  expectClose(logSoftmax(x, -2).data, logSoftmax(x, 0).data, 0);
});

test("logits of ±1e4 neither overflow nor lose digits", () => {
  const y = logSoftmax(
    tensor([
      [1e4, -1e4, 1e4 - 1],
      [-1e4, -1e4, -1e4],
    ]),
  );
  const l = Math.log(1 + Math.exp(-1));
  expectClose(y.data.subarray(3), [-Math.log(3), -Math.log(3), -Math.log(3)], 1e-7);
  expectClose(y.data.subarray(0, 3), [-l, Math.fround(-2e4 - l), -1 - l], 1e-7);
});

test("a class of −∞ stays −∞; NaN, ∞, and −∞ alone give NaN as in PyTorch", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const x = tensor([
    [0, -inf, 0],
    [nan, 0, 0],
    [inf, 0, 0],
    [-inf, -inf, -inf],
  ]);
  const rest = Array(9).fill(nan);
  expectClose(logSoftmax(x).data, [-Math.log(2), -inf, -Math.log(2), ...rest], 1e-7);
});

test("an axis outside the rank is named, also that of a scalar", () => {
  assert.throws(() => logSoftmax(zeros([2, 3]), 2), /logSoftmax: axis 2 is out of range for \[2, 3\]/);
  assert.throws(() => logSoftmax(tensor(1)), /logSoftmax: axis -1 is out of range for \[\]/);
});

test.run();
