import { suite } from "uvu";
import { softmax } from "../../lib/ops/softmax.ts";
import { softmax64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { testSoftmax } from "../support/softmax_cases.ts";

const test = suite("softmax");

testSoftmax(test, "softmax", softmax, softmax64, 1);

test("logits of ±1e4 neither overflow nor lose digits", () => {
  const y = softmax(
    tensor([
      [1e4, -1e4, 1e4 - 1],
      [-1e4, -1e4, -1e4],
    ]),
  );
  const p = 1 / (1 + Math.exp(-1));
  expectClose(y.data, [p, 0, 1 - p, 1 / 3, 1 / 3, 1 / 3], 1e-7);
});

test("a class of −∞ has probability 0; NaN, ∞, and −∞ alone give NaN as in PyTorch", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const x = tensor([
    [0, -inf, 0],
    [nan, 0, 0],
    [inf, 0, 0],
    [-inf, -inf, -inf],
  ]);
  const rest = Array(9).fill(nan);
  expectClose(softmax(x).data, [0.5, 0, 0.5, ...rest], 1e-7);
});

test.run();
