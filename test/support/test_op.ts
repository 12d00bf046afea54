// testOp: one line a case; values and every gradient against a naive f64 reference.

import type { Test } from "uvu";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { compareOp, type OpCase } from "../../lib/selftest/check_op.ts";
import { expectClose } from "./expect_close.ts";
import { withGuardedMemory } from "./guarded_memory.ts";

interface TestCase extends Omit<OpCase, "op" | "reference"> {
  /** Read as the end of a sentence: "relu: <title>". Default: the shapes. */
  title?: string;
}

/**
 * Registers a test: the op's value, and its gradients through a random projection Σ r·y, against the
 * reference and the reference's own central differences in f64. New memory is NaN, so that an element
 * never written shows, and guarded behind each block; and the arena must be left as it was found.
 */
export function testOp(
  test: Test,
  name: string,
  op: OpCase["op"],
  reference: OpCase["reference"],
  { title, ...opCase }: TestCase,
): void {
  const { shapes } = opCase;
  const end = title ?? shapes.map((shape) => `[${shape.join(", ")}]`).join(" × ");
  test(`${name}: ${end}: values and gradients agree with the f64 reference`, () => {
    const before = memoryUsage().inUseBytes;
    const comparisons = withGuardedMemory(() => compareOp({ op, reference, ...opCase }));
    const leaked = memoryUsage().inUseBytes - before;
    if (leaked !== 0) throw new Error(`${name} left ${leaked} bytes in the arena`);
    for (const { what, of = 0, actual, expected, tolerance } of comparisons) {
      const label = what === "values" ? what : `gradient of input ${of} [${shapes[of]}]`;
      expectClose(actual, expected, tolerance, label);
    }
  });
}
