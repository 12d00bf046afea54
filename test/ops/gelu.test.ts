import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { gelu } from "../../lib/ops/gelu.ts";
import { map64 } from "../../lib/selftest/array64.ts";
import { gelu64, geluTanh64 } from "../../lib/selftest/ops64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { TAIL_SIZES } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("gelu");

const geluTanh = (x: Tensor): Tensor => gelu(x, { approximate: "tanh" });

for (const size of TAIL_SIZES) {
  testOp(
    test,
    "gelu",
    (x) => gelu(x),
    (x) => map64(x, gelu64),
    { shapes: [[size]], range: [-4, 4], maxTerm: 2 },
  );
  testOp(test, "gelu by tanh", geluTanh, (x) => map64(x, geluTanh64), { shapes: [[size]], range: [-4, 4], maxTerm: 2 });
}

test("both forms stay within 0.51 ulp, far into the negative tail", () => {
  const x = Float32Array.from({ length: 32_000 }, (_, i) => -16 + i * 0.001);
  for (const [op, reference] of [
    [gelu, gelu64],
    [geluTanh, geluTanh64],
  ] as const) {
    const y = op(tensor(x)).data;
    y.forEach((value, i) => {
      const expected = reference(x[i]);
      const ulp = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(expected))), -126) - 23);
      if (expected === 0) assert.is(Math.abs(value), 0);
      else assert.ok(Math.abs(value - expected) <= 0.51 * ulp, `gelu(${x[i]}) is ${value}, expected ${expected}`);
    });
  }
});

test("NaN stays NaN, and the limits are 0 and infinity", () => {
  const x = tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 3e38, -3e38]);
  for (const op of [gelu, geluTanh]) {
    const y = [...op(x).data].map((value) => value + 0); // −0 + 0 is 0
    assert.equal(y, [Number.NaN, Number.POSITIVE_INFINITY, 0, 0, Math.fround(3e38), 0]);
  }
});

test("an unknown approximation is refused", () => {
  assert.throws(
    () => gelu(tensor([1]), { approximate: "erf" as "none" }),
    (error: unknown) =>
      error instanceof OptionError && error.message === 'gelu: approximate must be "none" or "tanh"; got "erf".',
  );
});

test.run();
