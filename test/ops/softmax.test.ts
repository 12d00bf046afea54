import { suite } from "uvu";
import * as assert from "uvu/assert";
import { softmax } from "../../lib/ops/softmax.ts";
import { type Array64, array64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("softmax");

function reference(axis: number): (x: Array64) => Array64 {
  return (x) => {
    const size = x.shape[axis];
    const stride = x.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
    return array64(x.shape, (at) => {
      const start = at - (Math.floor(at / stride) % size) * stride;
      const row = Array.from({ length: size }, (_, i) => x.data[start + i * stride]);
      const shift = Math.max(...row);
      const total = row.reduce((sum, v) => sum + Math.exp(v - shift), 0);
      const v = x.data[at];
      return Math.exp(v - shift) / total;
    });
  };
}

for (const size of TAIL_SIZES) {
  testOp(test, "softmax", (x) => softmax(x), reference(1), {
    shapes: [[3, size]],
    range: [-4, 4],
    terms: Math.max(size, 1),
    maxTerm: 1,
  });
}
for (const axis of [0, 1, 2]) {
  testOp(test, "softmax", (x) => softmax(x, axis), reference(axis), {
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
