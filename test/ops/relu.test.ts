import { suite } from "uvu";
import * as assert from "uvu/assert";
import { relu } from "../../lib/ops/relu.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { relu64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("relu");

for (const size of TAIL_SIZES) {
  testOp(test, "relu", relu, (x) => map64(x, relu64), { shapes: [[size]] });
}

test("NaN stays NaN, and infinities are what they are", () => {
  assert.equal(
    [...relu(tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).data],
    [Number.NaN, Number.POSITIVE_INFINITY, 0],
  );
});

test.run();
