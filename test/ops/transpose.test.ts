import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, ShapeError } from "../../lib/base/errors.ts";
import { transpose } from "../../lib/ops/transpose.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { transpose64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("transpose");

for (const [shape, order] of [
  [
    [2, 3, 4, 5],
    [0, 3, 1, 2],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 3, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 2, 1, 0],
  ],
  [
    [2, 3, 7],
    [1, 0, 2],
  ],
  [
    [3, 10, 7],
    [0, 2, 1],
  ],
  [
    [3, 2, 9, 6],
    [1, 3, 0, 2],
  ],
  [
    [1, 3, 1, 2],
    [3, 0, 1, 2],
  ],
  [[5], [0]],
  [[], []],
]) {
  testOp(test, "transpose", (x) => transpose(x, order), transpose64(order), {
    title: `[${shape}] by [${order}]`,
    shapes: [shape],
  });
}
for (const size of TAIL_SIZES) {
  for (const shape of [
    [3, size],
    [9, size],
  ]) {
    testOp(test, "transpose", (x) => transpose(x), transpose64([1, 0]), { shapes: [shape] });
  }
}

test("any cut of the range gives the same, and nothing is written outside", () => {
  const module = new KernelModule();
  const [rows, cols] = [7, 11]; // of y; x is [11, 7]
  const x = module.put(uniform64([rows * cols], 3).data).ptr;
  const outer = module.put(new Float32Array(Int32Array.from([rows, 1, 0]).buffer)).ptr;
  const whole = module.output(rows * cols);
  const run = (y: number, from: number, to: number) =>
    module.kernels.transpose_f32(y, x, outer, 1, cols, rows, rows, 1, from, to);
  run(whole.ptr, 0, rows * cols);
  for (let cut = 0; cut <= rows * cols; cut++) {
    const parts = module.output(rows * cols);
    run(parts.ptr, 0, cut);
    run(parts.ptr, cut, rows * cols);
    expectClose(parts.data, whole.data, 0, `cut at ${cut}`);
  }
  module.checkCanaries();
});

test("axes may be counted from the end, and i32 tensors keep every bit", () => {
  const x = tensor(Int32Array.from([1, 2 ** 31 - 1, -(2 ** 31), 0x7fa00001, 5, 6]), [2, 3]);
  const y = transpose(x, [-1, 0]);
  assert.is(y.dtype, "i32");
  assert.equal(y.toArray(), [
    [1, 0x7fa00001],
    [2 ** 31 - 1, 5],
    [-(2 ** 31), 6],
  ]);
});

test("an order that is no permutation is refused", () => {
  for (const order of [[0], [0, 0], [0, 1, 2], [0, -2]]) {
    assert.throws(
      () => transpose(zeros([2, 3]), order),
      (error: unknown) => error instanceof ShapeError,
    );
  }
  assert.throws(() => transpose(zeros([2, 3]), [0, 2]), /transpose: axis 2 is out of range for \[2, 3\]/);
});

test("bytes are refused", () => {
  assert.throws(
    () => transpose(zeros([2, 3], "u8")),
    (error: unknown) => error instanceof DTypeError,
  );
});

test.run();
