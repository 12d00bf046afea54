import { suite } from "uvu";
import { log } from "../../lib/ops/log.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

// The accuracy over all exponents, and infinities and NaN, are in ../kernels/math.test.ts.
const test = suite("log");

for (const size of TAIL_SIZES) {
  testOp(test, "log", log, (x) => map64(x, Math.log), { shapes: [[size]], range: [0.1, 5], maxTerm: 10 });
}

test.run();
