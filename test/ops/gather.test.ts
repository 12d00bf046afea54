import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { DataError, DTypeError, ShapeError } from "../../lib/base/errors.ts";
import { gather } from "../../lib/ops/gather.ts";
import { sum } from "../../lib/ops/sum.ts";
import { type Array64, array64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("gather");

const indexOf = (rows: readonly number[]) => tensor(rows, [rows.length], "i32").keep();

const reference =
  (rows: readonly number[]) =>
  (x: Array64): Array64 => {
    const rowSize = x.data.length / x.shape[0];
    return array64(
      [rows.length, ...x.shape.slice(1)],
      (i) => x.data[rows[Math.floor(i / rowSize)] * rowSize + (i % rowSize)],
    );
  };

for (const [rows, shape] of [
  [
    [0, 1, 2, 3, 4],
    [5, 3],
  ],
  [
    [4, 0, 4, 4],
    [5, 3],
  ],
  [[2], [5, 3]],
  [[], [5, 3]],
  [
    [1, 1, 0],
    [2, 3, 2, 5],
  ],
  [[2, 0, 2], [4]],
]) {
  const index = indexOf(rows);
  testOp(test, "gather", (x) => gather(x, index), reference(rows), {
    title: `rows ${rows.join(", ") || "none"} of [${shape.join(", ")}]`,
    shapes: [shape],
    gradTerms: rows.length,
  });
}

test("rows keep their dtype", () => {
  const index = indexOf([2, 0, 2]);
  const bytes = gather(tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), [3, 2]), index);
  assert.is(bytes.dtype, "u8");
  assert.equal(bytes.toArray(), [[5, 6], [1, 2], [5, 6]]); // biome-ignore format: rows
  const integers = gather(tensor(Int32Array.of(-7, 8, 2 ** 31 - 1)), index);
  assert.is(integers.dtype, "i32");
  assert.equal(integers.toArray(), [2 ** 31 - 1, -7, 2 ** 31 - 1]);
});

test("the gradient of a row that was taken twice is twice as large, of one not taken 0", () => {
  const x = zeros([3, 2]);
  x.requiresGrad = true;
  backward(sum(gather(x, indexOf([1, 1, 0]))));
  assert.equal(x.grad?.toArray(), [[1, 1], [2, 2], [0, 0]]); // biome-ignore format: rows
});

test("an index that is no row is named, and so is what cannot be gathered", () => {
  const fails = (body: () => unknown, type: abstract new (...args: never[]) => Error, message: string) =>
    assert.throws(body, (error: unknown) => error instanceof type && error.message.includes(message));
  const x = zeros([4, 2]);
  fails(() => gather(x, indexOf([0, 4])), DataError, "gather: index 1 is 4, but must lie in 0 … 3.");
  fails(() => gather(x, indexOf([-1])), DataError, "gather: index 0 is -1");
  fails(() => gather(x, zeros([1, 1], "i32")), ShapeError, "gather: index");
  fails(() => gather(tensor(1), indexOf([0])), ShapeError, "gather: a scalar has no rows");
  fails(() => gather(x, zeros([1]) as never), DTypeError, "gather: index must be i32; got f32 [1]");
});

test.run();
