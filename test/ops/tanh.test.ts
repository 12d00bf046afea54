import { suite } from "uvu";
import { tanh } from "../../lib/ops/tanh.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

// The accuracy over all exponents, and infinities and NaN, are in ../kernels/math.test.ts.
const test = suite("tanh");

for (const size of TAIL_SIZES) {
  testOp(test, "tanh", tanh, (x) => map64(x, Math.tanh), { shapes: [[size]], range: [-3, 3], maxTerm: 1 });
}

test.run();
