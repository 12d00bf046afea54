import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clipGradNorm } from "../../lib/optim/clip_grad_norm.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { OptionError } from "../../lib/tensor/errors.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { uniform64 } from "../support/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { leaks } from "../support/leaks.ts";

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

function normOf(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

test("it returns the norm over all gradients and scales them to maxNorm", () => {
  const { params, values } = withGradients([...TAIL_SIZES, 4096, 5000, 12_289]);
  const expected = normOf(values);
  expectClose([clipGradNorm(params, 2)], [expected], expected * 2 ** -24);
  const clipped = params.flatMap(({ grad }) => [...(grad?.data ?? [])]);
  const factor = 2 / (expected + 1e-6);
  expectClose(
    clipped,
    values.map((value) => value * factor),
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

test("the cut of the range changes no bit of the sums, and nothing else is written", () => {
  const module = new KernelModule();
  const x = module.put(uniform64([12_301], 8).data);
  const [whole, cut] = [module.output(8), module.output(8)];
  module.kernels.sum_squares_f32(whole.ptr, x.ptr, 12_301, 0, 0, 4);
  for (const [from, to] of [
    [2, 4],
    [0, 1],
    [1, 2],
  ]) {
    module.kernels.sum_squares_f32(cut.ptr, x.ptr, 12_301, 0, from, to);
  }
  module.checkCanaries();
  assert.equal([...cut.data], [...whole.data]);
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
