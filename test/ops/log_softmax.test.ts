import { suite } from "uvu";
import { logSoftmax } from "../../lib/ops/log_softmax.ts";
import { logSoftmax64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { testSoftmax } from "../support/softmax_cases.ts";

const test = suite("logSoftmax");

testSoftmax(test, "logSoftmax", logSoftmax, logSoftmax64, 8);

test("logits of ±1e4 neither overflow nor lose digits", () => {
  const y = logSoftmax(
    tensor([
      [1e4, -1e4, 1e4 - 1],
      [-1e4, -1e4, -1e4],
    ]),
  );
  const l = Math.log(1 + Math.exp(-1));
  expectClose(y.data.subarray(3), [-Math.log(3), -Math.log(3), -Math.log(3)], 1e-7);
  expectClose(y.data.subarray(0, 3), [-l, Math.fround(-2e4 - l), -1 - l], 1e-7);
});

test("a class of −∞ stays −∞; NaN, ∞, and −∞ alone give NaN as in PyTorch", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const x = tensor([
    [0, -inf, 0],
    [nan, 0, 0],
    [inf, 0, 0],
    [-inf, -inf, -inf],
  ]);
  const rest = Array(9).fill(nan);
  expectClose(logSoftmax(x).data, [-Math.log(2), -inf, -Math.log(2), ...rest], 1e-7);
});

test.run();
