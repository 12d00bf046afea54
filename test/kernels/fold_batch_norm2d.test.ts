import { suite } from "uvu";
import * as assert from "uvu/assert";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`fold_batch_norm2d_f32 (${variant})`);

  for (const [k, c] of [
    [1, 1],
    [9, 4],
    [18, 7],
  ]) {
    for (const hasBias of [true, false]) {
      test(`[${k}, ${c}] ${hasBias ? "with" : "without"} bias: w·scale and (b − mean)·scale + beta, rounded once`, () => {
        const module = new KernelModule(variant);
        const w = uniform64([k, c], 1).data;
        const [b, gamma, beta, mean] = [2, 3, 4, 5].map((seed) => uniform64([c], seed).data);
        const variance = uniform64([c], 6, 0, 2).data;
        const inputs = [w, b, gamma, beta, mean, variance].map((values) => module.put(values).ptr);
        if (!hasBias) inputs[1] = 0;
        const [foldedW, foldedB] = [module.output(k * c), module.output(c)];
        inPieces(c, [1, 3], (from, to) => {
          const [wPtr, ...rest] = inputs as [number, number, number, number, number, number];
          module.kernels.fold_batch_norm2d_f32(foldedW.ptr, foldedB.ptr, wPtr, ...rest, k, c, 1e-5, from, to);
        });
        module.checkCanaries();
        const scale = gamma.map((value, o) => value / Math.sqrt(variance[o] + 1e-5));
        const bias = scale.map((value, o) => ((hasBias ? b[o] : 0) - mean[o]) * value + beta[o]);
        assert.equal([...foldedW.data], [...Float32Array.from(w, (value, i) => value * scale[i % c])]);
        assert.equal([...foldedB.data], [...Float32Array.from(bias)]);
      });
    }
  }

  test.run();
}
