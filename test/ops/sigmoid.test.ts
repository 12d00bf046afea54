import { suite } from "uvu";
import { sigmoid } from "../../lib/ops/sigmoid.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { sigmoid64 } from "../../lib/selftest/ops64.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

// The accuracy over all exponents, and infinities and NaN, are in ../kernels/math.test.ts.
const test = suite("sigmoid");

for (const size of TAIL_SIZES) {
  testOp(test, "sigmoid", sigmoid, (x) => map64(x, sigmoid64), {
    shapes: [[size]],
    range: [-5, 5],
    maxTerm: 1,
  });
}

test.run();
