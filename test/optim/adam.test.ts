import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { Adam, AdamW } from "../../lib/optim/adam.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { followsPyTorch, resumesExactly } from "../support/optimizer_cases.ts";
import { parameterRows } from "../support/parameter_rows.ts";

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
  test(`the kernel steps every element of parameters of any size, and no other, however the range is cut (${variant})`, () => {
    const module = new KernelModule(variant);
    // The second of three parameters has no gradient.
    for (const size of TAIL_SIZES) {
      const sizes = [size, 5, size + 2];
      const [firsts, total] = [[0, size, size + 5], 2 * size + 7];
      const [p, g] = [1, 2].map((seed) => sizes.map((each, i) => uniform64([each], seed + 2 * i).data));
      const m = uniform64([total], 7).data;
      const v = uniform64([total], 8, 0, 1).data;
      const [pp, gg] = [p, g].map((list) => list.map((values) => module.put(values)));
      const [mm, vv] = [m, v].map((values) => module.put(values));
      const rows = [0, 2].map((i) => ({ p: pp[i], g: gg[i], first: firsts[i], size: sizes[i] }));
      const table = parameterRows(module, rows);
      inPieces(total, [Math.floor(size / 2), size + 1, size + 6], (from, to) => {
        module.kernels.adam_f32(mm.ptr, vv.ptr, ...table, 0.75, 0.25, 0.5, 0.5, 0.1, 1.5, 0.01, 0.25, 0.9, from, to);
      });
      module.checkCanaries();
      for (let i = 0; i < 3; i++) {
        const at = (values: ArrayLike<number>) => Array.from(values).slice(firsts[i], firsts[i] + sizes[i]);
        const d = [...g[i]].map((value, j) => value + 0.25 * p[i][j]);
        const expectedM = at(m).map((value, j) => (i === 1 ? value : 0.75 * value + 0.25 * d[j]));
        const expectedV = at(v).map((value, j) => (i === 1 ? value : 0.5 * value + 0.5 * d[j] ** 2));
        const expectedP = [...p[i]].map((value, j) =>
          i === 1 ? value : value * 0.9 - (0.1 * expectedM[j]) / (Math.sqrt(expectedV[j]) * 1.5 + 0.01),
        );
        expectClose(at(mm.data), expectedM, 1e-6, `m, size ${size}, parameter ${i}`);
        expectClose(at(vv.data), expectedV, 1e-6, `v, size ${size}, parameter ${i}`);
        expectClose(pp[i].data, expectedP, 2e-6, `p, size ${size}, parameter ${i}`);
      }
    }
  });
}

test("a parameter's steps have the same bits whatever other parameters there are", () => {
  const steps = (sizes: readonly number[]): number[] => {
    const params = sizes.map((size) => tensor(uniform64([size], size).data));
    const optimizer = new AdamW(params, { lr: 0.1 });
    for (let step = 1; step < 4; step++) {
      params.forEach((parameter) => {
        parameter.grad = tensor(uniform64([parameter.size], step).data);
      });
      optimizer.step();
    }
    return [...params[params.length - 1].data];
  };
  assert.equal(steps([1, 4, 37, 61]), steps([61]));
});

test("a state of as many steps as i32 can count is resumed at once", () => {
  const [counted, told] = [new Adam([tensor([1])]), new Adam([tensor([1])])];
  const after = (optimizer: Adam, steps: number): unknown => {
    const { step, ...moments } = optimizer.state();
    step.data[0] = steps;
    optimizer.loadState({ step, ...moments });
    return Reflect.get(optimizer, "powers");
  };
  const begun = performance.now();
  assert.equal(after(told, 2 ** 31 - 1), after(counted, 2 ** 20));
  assert.ok(performance.now() - begun < 2000);
  assert.equal(after(counted, 3), [0.9 * 0.9 * 0.9, 0.999 * 0.999 * 0.999]);
});

test("options outside their range are refused, under the optimizer's own name", () => {
  const params = [tensor([1])];
  const refused: [() => unknown, RegExp][] = [
    [() => new Adam(params, { lr: Number.NaN }), /^Adam: lr must be a finite number ≥ 0; got NaN\.$/],
    [() => new AdamW(params, { lr: -1 }), /^AdamW: lr/],
    [() => new Adam(params, { betas: [0.9, 1] }), /betas must be two numbers in \[0, 1\); got \[0\.9, 1\]\.$/],
    [() => new Adam(params, { betas: Object.assign([0.9, 0], { length: 1 }).concat(Array(1)) as never }), /betas/],
    [() => new Adam(params, { eps: 0 }), /eps/],
    [() => new AdamW(params, { weightDecay: -0.1 }), /weightDecay/],
    [() => new Adam([]), /no parameters/],
    [() => new Adam([...params, tensor([2]), ...params]), /^Adam: a parameter is given twice/],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test.run();
