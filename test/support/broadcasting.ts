// An operation of two operands that broadcast: one test a pair of shapes.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import type { OpCase } from "../../lib/selftest/check_op.ts";
import { broadcast64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { testOp } from "./test_op.ts";

/** Equal, a scalar, a row, one axis each, both stretched, axes missing, nothing at all. */
const SHAPES = [
  [[7], [7]],
  [[], [3]],
  [[], []],
  [[2, 3, 5], [5]],
  [
    [4, 1, 5],
    [3, 1],
  ],
  [
    [1, 3],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [[0, 3], [3]],
];

/** @param inputs where they lie, and what the largest term of a gradient is then */
export function testBroadcasting(
  test: Test,
  name: string,
  op: OpCase["op"],
  f: (a: number, b: number) => number,
  inputs: Pick<OpCase, "range" | "maxTerm"> = {},
): void {
  const reference = broadcast64(f);
  for (const shapes of SHAPES) testOp(test, name, op, reference, { ...inputs, shapes, gradTerms: 24 });
  testOp(test, name, op, reference, {
    ...inputs,
    title: "only b needs a gradient",
    shapes: [[4, 5], [5]],
    gradTerms: 4,
    differentiable: [false, true],
  });

  test("shapes that do not broadcast are named", () => {
    assert.throws(
      () => op(tensor([1, 2]), tensor([1, 2, 3])),
      (error: unknown) =>
        error instanceof ShapeError && error.message.startsWith(`${name}: shapes do not broadcast; a is [2], b is [3]`),
    );
  });
}
