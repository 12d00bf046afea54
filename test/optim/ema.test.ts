import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError, OptionError } from "../../lib/base/errors.ts";
import { Ema } from "../../lib/optim/ema.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { emaStep64 } from "../../lib/selftest/optim64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { leaks } from "../support/leaks.ts";
import { parameterRows } from "../support/parameter_rows.ts";

const test = suite("Ema");

const DECAY = 0.9;
const STEPS = 30;
/** Each update rounds twice, and passes its mean on. */
const TOLERANCE = STEPS * 2 * 2 ** -24;

/** The values that a parameter takes, step by step. */
const path = (size: number, step: number): Float64Array => uniform64([size], 100 * size + step).data;

/** The mean after all steps, in f64. */
function reference(size: number): Float64Array {
  let mean = path(size, 0);
  for (let t = 1; t <= STEPS; t++) {
    const moved = path(size, t);
    mean = mean.map((value, i) => emaStep64(value, moved[i], t, DECAY));
  }
  return mean;
}

function walk(params: readonly Tensor<"f32">[], ema: Ema, from = 1, to = STEPS): void {
  for (let t = from; t <= to; t++) {
    for (const parameter of params) parameter.data.set(path(parameter.size, t));
    ema.update();
  }
}

const start = (): Tensor<"f32">[] => [5, 33].map((size) => tensor(path(size, 0)).keep());

test("the means are those of the definition, from the first update on", () => {
  const params = start();
  const ema = new Ema(params, { decay: DECAY });
  walk(params, ema);
  ema.swap();
  for (const { data, size } of params) expectClose(data, reference(size), TOLERANCE, `size ${size}`);
});

test("a second swap puts the parameters back", () => {
  const params = start();
  const ema = new Ema(params, { decay: DECAY });
  walk(params, ema);
  ema.swap();
  ema.swap();
  for (const { data, size } of params) expectClose(data, path(size, STEPS), 0);
});

test("its state resumes it to the bit", () => {
  const run = (stopAt: number): number[] => {
    const params = start();
    let ema = new Ema(params, { decay: DECAY });
    walk(params, ema, 1, stopAt);
    const state = ema.state();
    ema = new Ema(params, { decay: DECAY });
    ema.loadState(state);
    walk(params, ema, stopAt + 1);
    ema.swap();
    return params.flatMap(({ data }) => [...data]);
  };
  const whole = run(0);
  assert.equal(run(1), whole);
  assert.equal(run(17), whole);
});

test("a state of other parameters is refused, and changes nothing", () => {
  const params = start();
  const ema = new Ema(params, { decay: DECAY });
  walk(params, ema, 1, 3);
  const before = Object.values(ema.state()).map(({ data }) => [...data]);
  const { mean1: _, ...rest } = new Ema(start(), { decay: DECAY }).state();
  assert.throws(
    () => ema.loadState(rest),
    (error: Error) =>
      error instanceof CheckpointError && /mean1 of Ema must be f32 \[33\] but is missing/.test(error.message),
  );
  const after = Object.values(ema.state()).map(({ data }) => [...data]);
  assert.equal(after, before);
});

test("the number of threads changes no bit, and an update keeps no memory", async () => {
  const run = (): number[] => {
    const params = start();
    const ema = new Ema(params, { decay: DECAY });
    walk(params, ema);
    assert.is(
      leaks(() => ema.update()),
      0,
    );
    ema.swap();
    return params.flatMap(({ data }) => [...data]);
  };
  const alone = run();
  await setThreads(2);
  try {
    assert.equal(run(), alone);
  } finally {
    await setThreads(1);
  }
});

test("a mean has the same bits whatever other parameters there are", () => {
  const means = (sizes: readonly number[]): number[] => {
    const params = sizes.map((size) => tensor(path(size, 0)));
    const ema = new Ema(params, { decay: DECAY });
    walk(params, ema);
    return [...ema.state()[`mean${sizes.length - 1}`].data];
  };
  assert.equal(means([1, 4, 37, 61]), means([61]));
});

test("parameters with a gradient, without one and without elements are followed alike", () => {
  const params = [5, 0, 33].map((size) => tensor(path(size, 0)));
  params[0].grad = tensor(new Float32Array(5));
  const ema = new Ema(params, { decay: DECAY });
  walk(params, ema);
  for (const [i, { size }] of params.entries()) {
    expectClose(ema.state()[`mean${i}`].data, reference(size), TOLERANCE, `size ${size}`);
  }
  new Ema([], { decay: DECAY }).update();
});

test("a decay outside [0, 1) is refused", () => {
  for (const decay of [1, -0.1, Number.NaN]) {
    assert.throws(
      () => new Ema([], { decay }),
      (error: Error) => error instanceof OptionError && error.message.includes("Ema: decay must be in [0, 1)"),
    );
  }
});

test("a parameter given twice is refused: a second swap would not put it back", () => {
  const [first, second] = start();
  assert.throws(
    () => new Ema([first, second, first], { decay: DECAY }),
    (error: Error) => error instanceof OptionError && error.message.startsWith("Ema: a parameter is given twice"),
  );
});

for (const variant of ["simd", "relaxed"] as const) {
  test(`the kernel moves the means of parameters of any size, and no other, however the range is cut (${variant})`, () => {
    const module = new KernelModule(variant);
    for (const size of TAIL_SIZES) {
      // Behind two means of a parameter that the table lacks, so that no row begins on a multiple of four.
      const sizes = [size, 5, size + 2];
      const firsts = [2, 2 + size, 7 + size];
      const total = 9 + 2 * size;
      const mean = uniform64([total], 1).data;
      const p = sizes.map((each, i) => uniform64([each], 2 + i).data);
      const means = module.put(mean);
      const rows = sizes.map((each, i) => ({ p: module.put(p[i]), first: firsts[i], size: each }));
      const table = parameterRows(module, rows);
      // The kernel may be cut at any element: the pool does.
      inPieces(total, [3, 2 + size + 1, 7 + size + 1], (from, to) =>
        module.kernels.ema_f32(means.ptr, ...table, 0.25, from, to),
      );
      module.checkCanaries();
      const moved = p.flatMap((values, i) => [...values].map((x, j) => [firsts[i] + j, x] as const));
      const expected = mean.slice();
      for (const [at, x] of moved) expected[at] += 0.25 * (x - expected[at]);
      expectClose(means.data, expected, 3 * 2 ** -24, `size ${size}`);
      expectClose(means.data.subarray(0, 2), Float32Array.from(mean.subarray(0, 2)), 0, "what the table lacks");
      for (const [i, row] of rows.entries()) expectClose(row.p.data, Float32Array.from(p[i]), 0, "only read");
    }
  });
}

test.run();
