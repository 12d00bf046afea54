// Softmax and its logarithm: rows of sizes around the vector's width, every axis, and axes that there are not.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import type { Elements64, Operand64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "./expect_close.ts";
import { TAIL_SIZES } from "./kernel_module.ts";
import { testOp } from "./test_op.ts";

/** @param maxTerm the largest number in a result */
export function testSoftmax(
  test: Test,
  name: string,
  op: (x: Tensor, axis?: number) => Tensor,
  reference: (axis: number) => (x: Operand64) => Elements64,
  maxTerm: number,
): void {
  const inputs = { range: [-4, 4], maxTerm } as const;
  for (const size of TAIL_SIZES) {
    testOp(test, name, (x) => op(x), reference(1), { ...inputs, shapes: [[3, size]], terms: Math.max(size, 1) });
  }
  for (const axis of [0, 1, 2]) {
    testOp(test, name, (x) => op(x, axis), reference(axis), {
      ...inputs,
      title: `axis ${axis} of three`,
      shapes: [[3, 5, 6]],
      terms: 6,
    });
  }

  test("a negative axis counts from the end", () => {
    const x = tensor([
      [1, 2],
      [3, 5],
    ]);
    expectClose(op(x, -2).data, op(x, 0).data, 0);
  });

  test("an axis outside the rank is named, also that of a scalar", () => {
    const says = (body: () => unknown, message: string) =>
      assert.throws(body, (error: Error) => error.message.includes(message));
    says(() => op(zeros([2, 3]), 2), `${name}: axis 2 is out of range for [2, 3]`);
    says(() => op(tensor(1)), `${name}: axis -1 is out of range for []`);
  });
}
