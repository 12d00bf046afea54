import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Adam, AdamW } from "../../lib/optim/adam.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { OptionError } from "../../lib/tensor/errors.ts";
import { uniform64 } from "../support/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { followsPyTorch, resumesExactly } from "../support/optimizer_cases.ts";

const test = suite("Adam and AdamW");

test("Adam takes PyTorch's steps, also with weight decay and other betas and eps", () => {
  followsPyTorch("Adam", (params, options) => new Adam(params, options));
});

test("AdamW takes PyTorch's steps, with its default weight decay of 0.01 too", () => {
  followsPyTorch("AdamW", (params, options) => new AdamW(params, options));
});

test("their state resumes a run to the bit, at any step", () => {
  for (const at of [0, 1, 4]) {
    resumesExactly((params) => new Adam(params, { lr: 0.1, weightDecay: 0.1 }), at);
    resumesExactly((params) => new AdamW(params, { lr: 0.1 }), at);
  }
});

for (const variant of ["simd", "relaxed"] as const) {
  test(`the kernel steps every element of any size, and no other, however the range is cut (${variant})`, () => {
    for (const size of TAIL_SIZES) {
      const module = new KernelModule(variant);
      const [p, m, g] = [1, 2, 3].map((seed) => uniform64([size], seed).data);
      const v = uniform64([size], 4, 0, 1).data;
      const d = g.map((value, i) => value + 0.25 * p[i]);
      const expectedM = m.map((value, i) => 0.75 * value + 0.25 * d[i]);
      const expectedV = v.map((value, i) => 0.5 * value + 0.5 * d[i] ** 2);
      const expectedP = p.map(
        (value, i) => value * 0.9 - (0.1 * expectedM[i]) / (Math.sqrt(expectedV[i]) * 1.5 + 0.01),
      );
      const [pp, mm, vv, gg] = [p, m, v, g].map((values) => module.put(values));
      const cut = Math.floor(size / 2);
      for (const [from, to] of [
        [0, cut],
        [cut, size],
      ]) {
        const { adam_f32 } = module.kernels;
        adam_f32(pp.ptr, mm.ptr, vv.ptr, gg.ptr, 0.75, 0.25, 0.5, 0.5, 0.1, 1.5, 0.01, 0.25, 0.9, from, to);
      }
      module.checkCanaries();
      expectClose(mm.data, expectedM, 1e-6, `m, size ${size}`);
      expectClose(vv.data, expectedV, 1e-6, `v, size ${size}`);
      expectClose(pp.data, expectedP, 2e-6, `p, size ${size}`);
    }
  });
}

test("options outside their range are refused, under the optimizer's own name", () => {
  const params = [tensor([1])];
  const refused: [() => unknown, RegExp][] = [
    [() => new Adam(params, { lr: Number.NaN }), /^Adam: lr must be a finite number ≥ 0; got NaN\.$/],
    [() => new AdamW(params, { lr: -1 }), /^AdamW: lr/],
    [() => new Adam(params, { betas: [0.9, 1] }), /betas must be in \[0, 1\); got 1/],
    [() => new Adam(params, { eps: 0 }), /eps/],
    [() => new AdamW(params, { weightDecay: -0.1 }), /weightDecay/],
    [() => new Adam([]), /no parameters/],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test.run();
