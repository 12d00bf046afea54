import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  chunksOf,
  conv1BlockScratch,
  GRAY_MOMENTS_SIZE,
  grayBackwardScratch,
  grayStatisticsScratch,
  grayStatisticsSize,
  graySumsSize,
} from "../../lib/runtime/kernel_abi.ts";
import { all64, array64, map64, maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { convBlock64 } from "../../lib/selftest/layers64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

const EPS = 1e-5;
const MOMENTUM = 0.25;

/** All kernels of a training step, one after another, with every range cut at `cuts`. */
function trainingStep(module: KernelModule, [n, h, w, c]: readonly number[], cuts: readonly number[], mean = 0) {
  const { kernels } = module;
  const chunks = chunksOf(n);
  const inputs = {
    x: uniform64([n, h, w, 1], 1, mean - 1, mean + 1),
    w: uniform64([3, 3, 1, c], 2),
    b: uniform64([c], 3),
    gamma: uniform64([c], 4, -1.5, 1.5),
    beta: uniform64([c], 5),
  };
  const [x, weight, b, gamma, beta] = Object.values(inputs).map(({ data }) => module.put(data).ptr);
  const [runningMean, runningVar] = [module.put(new Float32Array(c)), module.put(new Float32Array(c))];
  const partial = module.output(grayStatisticsSize(n));
  const moments = module.output(GRAY_MOMENTS_SIZE);
  const [foldedW, foldedB, normal] = [module.output(9 * c), module.output(c), module.output(2 * c)];
  const size = (n * h * w * c) / 4;
  const z = module.output(size);
  const argmax = module.put(new Float32Array(Math.ceil(size / 4)));
  // No gradient where rounding may change which is the maximum.
  const exact = convBlock64({ pool: "max", eps: EPS })(inputs);
  const tolerance = 64 * 2 ** -24 * maxAbs(exact.z.data);
  const gradient = map64(uniform64(exact.z.shape, 6), (value, i) => (exact.margin.at(i) > 2 * tolerance ? value : 0));
  const dz = module.put(gradient.data);
  const sums = module.output(graySumsSize(n, c));
  const [dw, dgamma, dbeta] = [module.output(9 * c), module.output(c), module.output(c)];
  const statisticsScratch = module.output(grayStatisticsScratch(h, w)).ptr;
  const scratch = module.output(conv1BlockScratch(h, w, c)).ptr;
  const backwardScratch = module.output(grayBackwardScratch(w, c)).ptr;

  inPieces(chunks, cuts, (from, to) =>
    kernels.conv1_block_statistics_f32(partial.ptr, x, n, h, w, statisticsScratch, from, to),
  );
  inPieces(9, cuts, (from, to) => kernels.conv1_block_moments_f32(moments.ptr, partial.ptr, n, h * w, from, to));
  const folded = [foldedW.ptr, foldedB.ptr, normal.ptr, runningMean.ptr, runningVar.ptr] as const;
  const parameters = [moments.ptr, weight, b, gamma, beta] as const;
  inPieces(c, cuts, (from, to) =>
    kernels.conv1_block_fold_f32(...folded, ...parameters, n * h * w, c, MOMENTUM, EPS, from, to),
  );
  const pooled = [z.ptr, argmax.ptr, x, foldedW.ptr, foldedB.ptr, moments.ptr] as const;
  inPieces((n * h) / 2, cuts, (from, to) => kernels.conv1_block_f32(...pooled, h, w, c, scratch, from, to));
  const gradients = [sums.ptr, dz.ptr, argmax.ptr, x, moments.ptr] as const;
  inPieces(chunks, cuts, (from, to) =>
    kernels.conv1_block_backward_f32(...gradients, n, h, w, c, backwardScratch, from, to),
  );
  const results = [dw.ptr, dgamma.ptr, dbeta.ptr, sums.ptr, moments.ptr, weight, normal.ptr] as const;
  inPieces(c, cuts, (from, to) => kernels.conv1_block_backward_fold_f32(...results, n, c, from, to));
  module.checkCanaries();
  const places = new Uint8Array(argmax.data.buffer, argmax.ptr, size).slice();
  const tensors = { z, dw, dgamma, dbeta, runningMean, runningVar };
  const copies = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data.slice()]));
  return { exact, tolerance, gradient, places, results: copies as Record<keyof typeof tensors, Float32Array> };
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`conv1_block_f32 (${variant})`);

  for (const shape of [
    [1, 2, 2, 4],
    [3, 4, 6, 8],
    [17, 6, 4, 12],
    [9, 12, 14, 20],
    [1, 2, 134, 4], // wider than the windows whose patches lie in scratch at a time
  ]) {
    for (const mean of [0, 100 / Math.sqrt(3)]) {
      test(`[${shape.join(", ")}], pixels around ${mean.toFixed(0)}: a training step agrees with f64`, () => {
        const { exact, tolerance, gradient, results } = trainingStep(new KernelModule(variant), shape, [], mean);
        expectClose(results.z, exact.z.data, tolerance, "z");
        const gradients = exact.gradients(gradient);
        for (const name of ["dw", "dgamma", "dbeta"] as const) {
          const expected = all64(gradients[name]).data;
          expectClose(results[name], expected, 1e-5 * maxAbs(expected), name);
        }
        const pixels = shape[0] * shape[1] * shape[2];
        const running = exact.statistics.variance.map((value) => 0.25 * value * (pixels / (pixels - 1)));
        expectClose(results.runningVar, running, 2 ** -23 * maxAbs(running), "running variance");
        const means = exact.statistics.mean.map((value) => 0.25 * value);
        expectClose(results.runningMean, means, 2 ** -23 * maxAbs(means), "running mean");
      });
    }
  }

  test("the cut of a range changes no bit", () => {
    for (const shape of [
      [19, 6, 8, 12],
      [3, 28, 28, 4],
    ]) {
      const whole = trainingStep(new KernelModule(variant), shape, [], 1);
      const cut = trainingStep(new KernelModule(variant), shape, [1, 2, 5, 6, 8, 30], 1);
      assert.equal(cut.places, whole.places);
      assert.equal(cut.results, whole.results);
    }
  });

  test("places are those of the first maximum, 4 where it is not above 0, 3 or less where it is NaN", () => {
    const module = new KernelModule(variant);
    const { kernels } = module;
    // The filter is the pixel itself, so that y = x; one more channel negated, one shifted down, one NaN.
    const w = module.put(array64([9, 4], (i) => (i >> 2 === 4 ? [1, -1, 1, Number.NaN][i % 4] : 0)).data);
    const bias = module.put([0, 0, -2, 0]);
    const windows = [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
      [2, 2, 2, 2],
      [0, 0, 0, 0],
      [-1, -1, -2, -1],
      [1, 3, 3, 1],
    ];
    const x = module.put([0, 2].flatMap((first) => windows.flatMap((places) => places.slice(first, first + 2))));
    const z = module.output(24);
    const argmax = module.put(new Float32Array(6));
    const scratch = module.output(conv1BlockScratch(2, 12, 4)).ptr;
    kernels.conv1_block_f32(z.ptr, argmax.ptr, x.ptr, w.ptr, bias.ptr, 0, 2, 12, 4, scratch, 0, 1);
    module.checkCanaries();
    const places = [...new Uint8Array(argmax.data.buffer, argmax.ptr, 24)];
    const channel = <T>(list: ArrayLike<T>, o: number): T[] => windows.map((_, i) => list[4 * i + o]);
    assert.equal(channel(places, 0), [3, 0, 0, 4, 4, 1]);
    assert.equal(channel(places, 1), [4, 4, 4, 4, 2, 4]);
    assert.equal(channel(places, 2), [3, 0, 4, 4, 4, 1]);
    assert.ok(channel(places, 3).every((place) => place < 4));
    assert.equal(channel(z.data, 0), [4, 4, 2, 0, 0, 3]);
    assert.equal(channel(z.data, 1), [0, 0, 0, 0, 2, 0]);
    assert.equal(channel(z.data, 2), [2, 2, 0, 0, 0, 1]);
    assert.ok(channel(z.data, 3).every(Number.isNaN));
    const before = places.slice();
    kernels.conv1_block_f32(z.ptr, 0, x.ptr, w.ptr, bias.ptr, 0, 2, 12, 4, scratch, 0, 1);
    assert.equal([...new Uint8Array(argmax.data.buffer, argmax.ptr, 24)], before, "argmax 0 writes no places");
    assert.equal(channel(z.data, 0), [4, 4, 2, 0, 0, 3]);
  });

  test.run();
}
