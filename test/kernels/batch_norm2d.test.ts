import { suite } from "uvu";
import { chunksOf, NORM_COEFFICIENTS, normPartialSize } from "../../lib/runtime/kernel_abi.ts";
import { all64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { batchNorm2d64, batchNorm2dGradients64, statistics64 } from "../../lib/selftest/layers64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

const EPS = 1e-5;
const MOMENTUM = 0.25;
const NO_FLOOR = Number.NaN;

/**
 * All kernels of a training step, one after another, with every range cut at `cuts`.
 *
 * @param relu none; with a floor of 0; or by itself, between forward and backward
 */
function trainingStep(
  module: KernelModule,
  n: number,
  hw: number,
  c: number,
  cuts: readonly number[],
  mean = 61,
  relu: "none" | "floor" | "itself" = "none",
) {
  const floor = relu === "floor" ? 0 : NO_FLOOR;
  const { kernels } = module;
  const size = n * hw * c;
  const pixels = n * hw;
  const chunks = chunksOf(n);
  const partialSize = normPartialSize(n, c);
  // σ is 1/√3: a mean of about 100 σ, where none is given. dy has a mean too, so that its sum is large.
  const x = module.put(uniform64([size], 1, mean - 1, mean + 1).data);
  const dy = module.put(uniform64([size], 2, -0.5, 1).data);
  const gamma = module.put(uniform64([c], 3).data);
  const beta = module.put(uniform64([c], 4).data);
  const runningMean = module.put(uniform64([c], 5).data);
  const runningVar = module.put(uniform64([c], 6, 0.5, 1.5).data);
  const before = { mean: runningMean.data.slice(), variance: runningVar.data.slice() };
  const [partial, sums] = [module.output(partialSize), module.output(partialSize)];
  const [coefficients, slopes] = [module.output(NORM_COEFFICIENTS * c), module.output(2 * c)];
  const [y, dx] = [module.output(size), module.output(size)];
  const [dgamma, dbeta] = [module.output(c), module.output(c)];

  inPieces(chunks, cuts, (from, to) => kernels.batch_norm2d_statistics_f32(partial.ptr, x.ptr, n, hw, c, from, to));
  const running = [runningMean.ptr, runningVar.ptr] as const;
  const inputs = [partial.ptr, gamma.ptr, beta.ptr] as const;
  inPieces(c, cuts, (from, to) =>
    kernels.batch_norm2d_merge_f32(coefficients.ptr, ...running, ...inputs, n, hw, c, MOMENTUM, EPS, from, to),
  );
  inPieces(pixels, cuts, (from, to) => kernels.batch_norm2d_f32(y.ptr, x.ptr, coefficients.ptr, 0, c, floor, from, to));
  if (relu === "itself") {
    kernels.relu_f32(y.ptr, y.ptr, 0, size);
    kernels.relu_backward_f32(dy.ptr, dy.ptr, y.ptr, 0, size);
  }
  inPieces(chunks, cuts, (from, to) =>
    kernels.batch_norm2d_backward_sums_f32(sums.ptr, dy.ptr, x.ptr, coefficients.ptr, n, hw, c, floor, from, to),
  );
  const outputs = [dgamma.ptr, dbeta.ptr, slopes.ptr] as const;
  inPieces(c, cuts, (from, to) =>
    kernels.batch_norm2d_backward_merge_f32(...outputs, sums.ptr, coefficients.ptr, n, hw, c, from, to),
  );
  inPieces(pixels, cuts, (from, to) =>
    kernels.batch_norm2d_backward_input_f32(dx.ptr, dy.ptr, x.ptr, coefficients.ptr, slopes.ptr, c, floor, from, to),
  );
  module.checkCanaries();
  const actual = [y, dx, dgamma, dbeta, runningMean, runningVar].map(({ data }) => data.slice());
  return { x: x.data, dy: dy.data, gamma: gamma.data, beta: beta.data, before, actual };
}

/** The same in f64. */
function reference({ x, dy, gamma, beta, before }: ReturnType<typeof trainingStep>, c: number): Float64Array[] {
  const count = x.length / c;
  const operand = (data: Float32Array) => ({ shape: [data.length / c, c], data });
  const { mean, variance } = statistics64(operand(x));
  const y = batchNorm2d64({ eps: EPS })(operand(x), operand(gamma), operand(beta));
  const { dx, dgamma, dbeta } = batchNorm2dGradients64({ eps: EPS })(operand(x), operand(gamma), operand(dy));
  const moved = (from: Float32Array, to: Float64Array): Float64Array =>
    to.map((value, i) => (1 - MOMENTUM) * from[i] + MOMENTUM * value);
  return [
    ...[y, dx, dgamma, dbeta].map((elements) => all64(elements).data),
    moved(before.mean, mean),
    moved(
      before.variance,
      variance.map((value) => (value * count) / (count - 1)),
    ),
  ];
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`batch_norm2d_f32 (${variant})`);

  test("forward, backward and running statistics agree with f64 at a mean of 100 σ, for any number of channels", () => {
    const module = new KernelModule(variant);
    for (const c of TAIL_SIZES) {
      const step = trainingStep(module, 9, 5, c, []);
      const expected = reference(step, c);
      // x̂ lies within ±√3, 1/σ is √3; dx and the sums carry the rounding of 45 terms.
      const tolerances = [8 * 3 * 2 ** -24, sumTolerance(3, 8), sumTolerance(2, 45), sumTolerance(1, 45)];
      const names = ["y", "dx", "dgamma", "dbeta", "running mean", "running variance"];
      step.actual.forEach((actual, i) => {
        expectClose(actual, expected[i], tolerances[i] ?? 64 * 2 ** -24, `${names[i]}, ${c} channels`);
      });
    }
  });

  test("at a mean of 10,000 σ, which one float holds to 4e-4 σ, gradients are as good", () => {
    const step = trainingStep(new KernelModule(variant), 9, 5, 7, [], 5773.3);
    const tolerances = [8 * 3 * 2 ** -24, sumTolerance(3, 8), sumTolerance(2, 45), sumTolerance(1, 45)];
    const expected = reference(step, 7);
    tolerances.forEach((tolerance, i) => {
      expectClose(step.actual[i], expected[i], tolerance, ["y", "dx", "dgamma", "dbeta"][i]);
    });
  });

  test("the cut of a range changes no bit", () => {
    for (const c of [4, 7, 32]) {
      const whole = trainingStep(new KernelModule(variant), 19, 7, c, []).actual;
      trainingStep(new KernelModule(variant), 19, 7, c, [1, 2, 5, 6, 70]).actual.forEach((cut, i) => {
        expectClose(cut, whole[i], 0, `result ${i}, ${c} channels`);
      });
    }
  });

  test("a floor of 0 gives the bits of a ReLU by itself, whatever the cut", () => {
    for (const c of TAIL_SIZES) {
      const expected = trainingStep(new KernelModule(variant), 9, 5, c, [], 61, "itself").actual;
      trainingStep(new KernelModule(variant), 9, 5, c, [1, 2, 7], 61, "floor").actual.forEach((actual, i) => {
        expectClose(actual, expected[i], 0, `result ${i}, ${c} channels`);
      });
    }
  });

  test("evaluation normalises by the running statistics, and its dx is dy·scale", () => {
    const module = new KernelModule(variant);
    const { kernels } = module;
    for (const c of TAIL_SIZES) {
      const [gamma, beta, mean] = [1, 2, 3].map((seed) => module.put(uniform64([c], seed).data));
      const variance = module.put(uniform64([c], 4, 0.5, 1.5).data);
      const x = module.put(uniform64([6 * c], 5).data);
      const [coefficients, y, dx] = [module.output(NORM_COEFFICIENTS * c), module.output(6 * c), module.output(6 * c)];
      const inputs = [mean.ptr, variance.ptr, gamma.ptr, beta.ptr] as const;
      inPieces(c, [1, 6], (from, to) =>
        kernels.batch_norm2d_running_f32(coefficients.ptr, ...inputs, c, EPS, from, to),
      );
      inPieces(6, [1, 4], (from, to) => {
        kernels.batch_norm2d_f32(y.ptr, x.ptr, coefficients.ptr, 0, c, NO_FLOOR, from, to);
        kernels.batch_norm2d_backward_running_f32(dx.ptr, x.ptr, x.ptr, coefficients.ptr, c, NO_FLOOR, from, to);
      });
      module.checkCanaries();
      const options = { eps: EPS, running: { mean: [...mean.data], variance: [...variance.data] } };
      const [x64, gamma64, beta64] = [x, gamma, beta].map(({ data }) => ({ shape: [data.length / c, c], data }));
      const expected = all64(batchNorm2d64(options)(x64, gamma64, beta64)).data;
      expectClose(y.data, expected, sumTolerance(3, 3), `y, ${c} channels`);
      const gradient = all64(batchNorm2dGradients64(options)(x64, gamma64, x64).dx).data;
      expectClose(dx.data, gradient, sumTolerance(2, 2), `dx, ${c} channels`);
    }
  });

  test.run();
}
