import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { clipGradNorm } from "../../lib/optim/clip_grad_norm.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { clip64, norm64 } from "../../lib/selftest/optim64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { leaks } from "../support/leaks.ts";
import { parameterRows } from "../support/parameter_rows.ts";

const test = suite("clipGradNorm");

function withGradients(sizes: readonly number[]): { params: Tensor<"f32">[]; values: number[] } {
  const gradients = sizes.map((size, i) => uniform64([size], i + 1).data);
  const params = gradients.map((gradient, i) => {
    const parameter = zeros([sizes[i]]);
    parameter.grad = tensor(gradient);
    return parameter;
  });
  return { params, values: gradients.flatMap((gradient) => [...gradient]) };
}

test("it returns the norm over all gradients and scales them to maxNorm", () => {
  const { params, values } = withGradients([...TAIL_SIZES, 4096, 5000, 12_289]);
  const expected = norm64(values);
  expectClose([clipGradNorm(params, 2)], [expected], expected * 2 ** -24);
  const clipped = params.flatMap(({ grad }) => [...(grad?.data ?? [])]);
  expectClose(
    clipped,
    values.map((value) => clip64(value, expected, 2)),
    1e-7,
  );
});

test("gradients within maxNorm keep their bits", () => {
  const { params, values } = withGradients([3, 5]);
  clipGradNorm(params, 100);
  clipGradNorm(params, Number.POSITIVE_INFINITY);
  assert.equal(
    params.flatMap(({ grad }) => [...(grad?.data ?? [])]),
    values,
  );
});

test("a norm that is not finite is returned, and the gradients are left as they are", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const parameter = zeros([2]);
    parameter.grad = tensor([3, bad]);
    assert.not.ok(Number.isFinite(clipGradNorm([parameter], 1)));
    assert.equal([...parameter.grad.data], [3, bad]);
  }
});

test("parameters without a gradient are left out; none at all have norm 0", () => {
  const { params } = withGradients([1]);
  expectClose([clipGradNorm([zeros([4]), ...params], 9)], [Math.abs(params[0].grad?.item() ?? 0)], 1e-7);
  assert.is(clipGradNorm([zeros([4])], 1), 0);
});

test("many small squares beside a large one are not lost", () => {
  const values = new Float32Array(100_001).fill(1e-4);
  values[0] = 1;
  const parameter = zeros([values.length]);
  parameter.grad = tensor(values);
  expectClose([clipGradNorm([parameter], 99)], [Math.sqrt(1 + 1e-3)], 1e-7);
});

test("a parameter that is given twice counts once", () => {
  const { params } = withGradients([3]);
  const once = clipGradNorm(params, Number.POSITIVE_INFINITY);
  assert.is(clipGradNorm([...params, ...params], once / 2), once);
  expectClose([clipGradNorm(params, 9)], [once / 2], 1e-5);
});

test("the cut of the range changes no bit of the sums, and nothing else is written", () => {
  const module = new KernelModule();
  const sizes = [12_301, 0, 7, 4096];
  const gradients = sizes.map((size, i) => module.put(uniform64([size], i + 8).data));
  const firsts = [0, 12_301, 12_301, 12_400];
  const table = parameterRows(
    module,
    sizes.map((size, i) => ({ g: gradients[i], first: firsts[i], size })),
  );
  // An f64 sum takes two places.
  const [whole, cut] = [module.output(12), module.output(12)];
  module.kernels.sum_squares_f32(whole.ptr, ...table, 0, 6);
  inPieces(6, [1, 2, 5], (from, to) => module.kernels.sum_squares_f32(cut.ptr, ...table, from, to));
  const expected = gradients.map(({ data }) => data.map((value) => value / 4));
  inPieces(12_400 + 4096, [2, 12_303, 12_350, 15_001], (from, to) =>
    module.kernels.scale_f32(...table, 0.25, from, to),
  );
  module.checkCanaries();
  assert.ok(whole.data.every(Number.isFinite));
  assert.equal([...cut.data], [...whole.data]);
  assert.equal(
    gradients.map(({ data }) => data),
    expected,
  );
});

test("it leaves the arena as it found it", () => {
  const { params } = withGradients([10, 5000]);
  assert.is(
    leaks(() => clipGradNorm(params, 0.1)),
    0,
  );
});

test("maxNorm must be > 0", () => {
  for (const maxNorm of [0, -1, Number.NaN]) {
    assert.throws(
      () => clipGradNorm([], maxNorm),
      (error: unknown) => error instanceof OptionError,
    );
  }
});

test.run();
