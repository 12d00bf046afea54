// Pooling against PyTorch's fixtures: one test a case.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { maxAbs, sumTolerance } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "./expect_close.ts";
import { torchCases } from "./torch_case.ts";

/** @param terms summed into one element at most; with 1 the values must be equal */
export function testTorchPool<Options>(
  test: Test,
  op: string,
  pool: (x: Tensor, options: Options) => Tensor<"f32">,
  terms: number,
): void {
  for (const item of torchCases("norm_pool.json").filter((each) => each.op === op)) {
    test(`PyTorch agrees: [${item.shape}], ${JSON.stringify(item.options)}`, () => {
      const x = tensor(item.x, item.shape);
      x.requiresGrad = true;
      const y = pool(x, item.options);
      assert.equal(y.shape, item.outShape);
      const finite = item.y.filter(Number.isFinite);
      expectClose(y.data, Float32Array.from(item.y), terms > 1 ? sumTolerance(maxAbs(finite) / terms, terms) : 0, "y");
      // NaN and infinite outputs spoil this loss, not the gradients: dy is what it is.
      backward(sum(mul(y, tensor(item.dy, item.outShape))));
      expectClose(x.grad?.data ?? [], item.dx, sumTolerance(maxAbs(item.dy), terms), "dx");
    });
  }
}
