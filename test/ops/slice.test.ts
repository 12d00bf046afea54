import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError, ShapeError } from "../../lib/base/errors.ts";
import { slice } from "../../lib/ops/slice.ts";
import { slice64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { refuses } from "../support/refuses.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("slice");

for (const [start, end] of [
  [0, 5],
  [1, 4],
  [4, 5],
  [2, 2],
]) {
  testOp(test, "slice", (x) => slice(x, start, end), slice64(start, end), {
    title: `rows ${start} to ${end}`,
    shapes: [[5, 3]],
  });
}

test("negative rows count from the end, and the end may be left out", () => {
  const x = tensor([1, 2, 3, 4]);
  assert.equal([...slice(x, 1, -1).data], [2, 3]);
  assert.equal([...slice(x, -2).data], [3, 4]);
  assert.equal([...slice(x, 0).data], [1, 2, 3, 4]);
});

test("the result shares memory with x, in any dtype, a slice of a slice too", () => {
  const x = tensor(Uint8Array.from([0, 1, 2, 3, 4, 5]), [3, 2]);
  const y = slice(slice(x, 1), 1);
  assert.equal(y.toArray(), [[4, 5]]);
  y.data[0] = 9;
  assert.is(x.data[4], 9);
});

test("rows that do not exist are named", () => {
  const fails = (body: () => unknown, message: string) =>
    assert.throws(body, (error: unknown) => error instanceof ShapeError && error.message === message);
  const x = zeros([4, 2]);
  fails(() => slice(x, 2, 5), "slice: rows 2 to 5 do not exist in [4, 2]; the first axis has 4.");
  fails(() => slice(x, 3, 2), "slice: rows 3 to 2 do not exist in [4, 2]; the first axis has 4.");
  fails(() => slice(x, -5), "slice: rows -5 to 4 do not exist in [4, 2]; the first axis has 4.");
  fails(() => slice(tensor(1), 0), "slice: rows 0 to 0 do not exist in []; the first axis has 0.");
  refuses(() => slice(x, 0.5), OptionError, "slice: start must be an integer; got 0.5.");
});

test.run();
