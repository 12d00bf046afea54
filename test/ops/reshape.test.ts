import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { reshape } from "../../lib/ops/reshape.ts";
import { array64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("reshape");

for (const [from, to] of [
  [
    [2, 3, 4],
    [6, 4],
  ],
  [[5], [1, 5, 1]],
  [[1, 1], []],
  [
    [0, 3],
    [3, 0],
  ],
]) {
  testOp(
    test,
    "reshape",
    (x) => reshape(x, to),
    (x) => array64(to, (i) => x.data[i]),
    { title: `[${from}] to [${to}]`, shapes: [from] },
  );
}

test("−1 stands for what remains", () => {
  assert.equal(reshape(zeros([2, 3, 4]), [-1, 4]).shape, [6, 4]);
  assert.equal(reshape(zeros([2, 3, 4]), [-1]).shape, [24]);
  assert.equal(reshape(zeros([0, 4]), [-1, 2]).shape, [0, 2]);
});

test("the result shares memory with x, and keeps its dtype", () => {
  const x = tensor([1, 2, 3, 4], [4], "i32");
  const y = reshape(x, [2, 2]);
  y.data[3] = 9;
  assert.equal([...x.data], [1, 2, 3, 9]);
  assert.is(y.dtype, "i32");
  x.dispose();
  assert.equal(y.toArray(), [
    [1, 2],
    [3, 9],
  ]);
});

test("sizes that do not agree are named", () => {
  const fails = (to: number[], message: string) =>
    assert.throws(
      () => reshape(zeros([2, 3]), to),
      (error: unknown) => error instanceof ShapeError && error.message === `reshape: [2, 3] cannot become ${message}.`,
    );
  fails([4, 2], "[4, 2]; 6 elements are not 8");
  fails([4, -1], "[4, -1]; 6 elements are not a multiple of 4");
  fails([-1, -1], "[-1, -1]; only one dimension may be −1");
  fails([-1, 0], "[-1, 0]; 6 elements are not a multiple of 0");
  fails([1.5, 4], "[1.5, 4]; dimensions must be integers ≥ 0, or −1");
});

test.run();
