import { suite } from "uvu";
import * as assert from "uvu/assert";
import { softmax } from "../../lib/ops/softmax.ts";
import { softmax64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("softmax");

for (const size of TAIL_SIZES) {
  testOp(test, "softmax", (x) => softmax(x), softmax64(1), {
    shapes: [[3, size]],
    range: [-4, 4],
    terms: Math.max(size, 1),
    maxTerm: 1,
  });
}
for (const axis of [0, 1, 2]) {
  testOp(test, "softmax", (x) => softmax(x, axis), softmax64(axis), {
    title: `axis ${axis} of three`,
    shapes: [[3, 5, 6]],
    range: [-4, 4],
    terms: 6,
    maxTerm: 1,
  });
}

test("a negative axis counts from the end", () => {
  const x = tensor([
    [1, 2],
    [3, 5],
  ]);
  expectClose(softmax(x, -2).data, softmax(x, 0).data, 0);
});

test("logits of ±1e4 neither overflow nor lose digits", () => {
  const y = softmax(
    tensor([
      [1e4, -1e4, 1e4 - 1],
      [-1e4, -1e4, -1e4],
    ]),
  );
  const p = 1 / (1 + Math.exp(-1));
  expectClose(y.data, [p, 0, 1 - p, 1 / 3, 1 / 3, 1 / 3], 1e-7);
});

test("a class of −∞ has probability 0; NaN, ∞, and −∞ alone give NaN as in PyTorch", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const x = tensor([
    [0, -inf, 0],
    [nan, 0, 0],
    [inf, 0, 0],
    [-inf, -inf, -inf],
  ]);
  const rest = Array(9).fill(nan);
  expectClose(softmax(x).data, [0.5, 0, 0.5, ...rest], 1e-7);
});

test("an axis outside the rank is named, also that of a scalar", () => {
  assert.throws(() => softmax(zeros([2, 3]), 2), /softmax: axis 2 is out of range for \[2, 3\]/);
  assert.throws(() => softmax(tensor(1)), /softmax: axis -1 is out of range for \[\]/);
});

test.run();
