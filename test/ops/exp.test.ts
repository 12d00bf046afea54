import { suite } from "uvu";
import { exp } from "../../lib/ops/exp.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

// The accuracy over all exponents, and infinities and NaN, are in ../kernels/math.test.ts.
const test = suite("exp");

for (const size of TAIL_SIZES) {
  testOp(test, "exp", exp, (x) => map64(x, Math.exp), { shapes: [[size]], range: [-3, 3], maxTerm: 20 });
}

test.run();
