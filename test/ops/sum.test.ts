import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sum } from "../../lib/ops/sum.ts";
import { sumUnits } from "../../lib/runtime/kernel_abi.ts";
import { sumTolerance, total64, uniform64 } from "../../lib/selftest/array64.ts";
import { reduce64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";
import { REDUCE_CASES, titleOf } from "../support/reduce_cases.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("sum");

for (const reduceCase of REDUCE_CASES) {
  const { shape, axes, keepDims } = reduceCase;
  testOp(test, "sum", (x) => sum(x, axes, { keepDims }), reduce64(total64, axes, keepDims), {
    title: titleOf(reduceCase),
    shapes: [shape],
    terms: 60,
    gradTerms: 1,
  });
}

test("an empty sum is 0", () => {
  assert.equal([...sum(zeros([0, 3]), 0).data], [0, 0, 0]);
  assert.is(sum(zeros([3, 0])).item(), 0);
  assert.equal([...sum(zeros([2, 0]), -1).data], [0, 0]);
});

test("an axis may be counted from the end and named twice", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal([...sum(x, [-1, 1]).data], [6, 15]);
});

test("an axis outside the rank is named", () => {
  assert.throws(() => sum(zeros([2, 3]), { axis: 0 } as never), /^sum: axis must be an integer or a list of integers; got \{ axis: 0 \}\.$/); // biome-ignore format: one line
  assert.throws(() => sum(zeros([2, 3]), 2), /sum: axis 2 is out of range for \[2, 3\] of rank 2/);
});

test("the error does not grow with the length: a million numbers near 1 sum to 1e-6 of it", () => {
  const x = uniform64([1_000_000], 3, 0.9, 1.1).data;
  const exact = x.reduce((a, b) => a + b, 0);
  expectClose([sum(tensor(x)).item()], [exact], 1e-6 * exact, "one row");
  expectClose([sum(tensor(x, [500_000, 2])).item()], [exact], 1e-6 * exact, "all axes of two");
  const columns = sum(tensor(x, [500_000, 2]), 0).data;
  expectClose([columns[0] + columns[1]], [exact], 5e-6 * exact, "two columns");
});

test("tall sums of few columns, which go by blocks of rows, agree with f64 in every column", () => {
  const [outer, reduce, inner] = [2, 8192, 3];
  const x = uniform64([outer, reduce, inner], 5);
  const expected = new Float64Array(outer * inner);
  x.data.forEach((value, i) => {
    expected[Math.floor(i / (reduce * inner)) * inner + (i % inner)] += value;
  });
  // Blocks of 128 terms within 1, and the sums of these.
  expectClose(
    sum(tensor(x.data, x.shape), 1).data,
    expected,
    sumTolerance(1, 128) * (reduce / 128),
    "two runs of rows",
  );
});

test("the cut of the range changes no bit, and nothing is written outside", () => {
  const module = new KernelModule();
  for (const [outer, reduce, inner] of [
    [11, 300, 1],
    [3, 300, 37],
    [1, 129, 16],
    [2, 5, 7],
  ]) {
    const x = module.put(uniform64([outer * reduce * inner], 9).data).ptr;
    const size = outer * inner;
    const units = sumUnits(size, inner);
    const whole = module.output(size);
    module.kernels.sum_f32(whole.ptr, x, reduce, inner, size, 0, units);
    for (const cut of [1, 3, 5, units - 1]) {
      const parts = module.output(size);
      module.kernels.sum_f32(parts.ptr, x, reduce, inner, size, 0, cut);
      module.kernels.sum_f32(parts.ptr, x, reduce, inner, size, cut, units);
      expectClose(parts.data, whole.data, 0, `[${outer}, ${reduce}, ${inner}] cut at ${cut}`);
    }
  }
  module.checkCanaries();
});

test.run();
