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

test("NaN stays NaN, and infinities are what they are, in whole vectors and behind them", () => {
  const [x, y] = [
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, Number.NaN, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.POSITIVE_INFINITY, 0, 0, Number.NaN, Number.POSITIVE_INFINITY],
  ];
  assert.equal([...relu(tensor(x)).data], y);
});

test.run();
