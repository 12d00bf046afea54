import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  panelsOf,
  winogradBlockScratch,
  winogradFilterScratch,
  winogradFilterSize,
  winogradGroupsOf,
} from "../../lib/runtime/kernel_abi.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

/** The largest of each 2×2 window of y [n, h, w, c] and 0. */
function reluMaxPool(y: Float32Array, [n, h, w, c]: readonly number[]): Float32Array {
  const [oh, ow] = [h >> 1, w >> 1];
  return Float32Array.from({ length: n * oh * ow * c }, (_, at) => {
    const [o, j, i] = [at % c, Math.floor(at / c) % ow, Math.floor(at / (c * ow)) % oh];
    const first = ((Math.floor(at / (c * ow * oh)) * h + 2 * i) * w + 2 * j) * c + o;
    return Math.max(0, y[first], y[first + c], y[first + w * c], y[first + w * c + c]);
  });
}

/** The mean of max(y, 0) over each map, summed in f32 in the order of the pixels. */
function reluMean(y: Float32Array, [n, h, w, c]: readonly number[]): Float32Array {
  return Float32Array.from({ length: n * c }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < h * w; i++) {
      sum = Math.fround(sum + Math.max(0, y[(Math.floor(at / c) * h * w + i) * c + (at % c)]));
    }
    return sum / (h * w);
  });
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`winograd_relu_max_pool2d_f32, winograd_relu_mean_f32 (${variant})`);

  for (const [n, h, w, cin, cout] of [
    [1, 14, 14, 4, 8],
    [19, 4, 6, 8, 12],
    [9, 7, 7, 4, 16],
    [2, 1, 3, 4, 4],
    [5, 28, 30, 4, 4],
  ]) {
    test(`[${n}, ${h}, ${w}, ${cin}] to ${cout} channels: the bits of one kernel after another, cut or not`, () => {
      const module = new KernelModule(variant);
      const { kernels } = module;
      const [xPtr, wPtr, biasPtr] = [[n, h, w, cin], [3, 3, cin, cout], [cout]].map(
        (shape, i) => module.put(uniform64(shape, i + 1).data).ptr,
      );
      const u = module.output(winogradFilterSize(cin, cout)).ptr;
      const scratch = module.output(Math.max(winogradBlockScratch(h, w, cin, cout), winogradFilterScratch(cout))).ptr;
      kernels.winograd_filter_f32(u, wPtr, cin, cout, 0, scratch, 0, panelsOf(cin));
      const groups = winogradGroupsOf(n, h, w);
      const sizes = [n, h, w, cin, cout] as const;
      const y = module.output(n * h * w * cout);
      kernels.winograd_f32(y.ptr, xPtr, u, biasPtr, ...sizes, scratch, 0, groups);
      const largest = module.output(n * (h >> 1) * (w >> 1) * cout);
      const mean = module.output(n * cout);
      inPieces(groups, [1, 3], (from, to) => {
        kernels.winograd_relu_max_pool2d_f32(largest.ptr, xPtr, u, biasPtr, ...sizes, scratch, from, to);
        kernels.winograd_relu_mean_f32(mean.ptr, xPtr, u, biasPtr, ...sizes, scratch, from, to);
      });
      module.checkCanaries();
      assert.equal(largest.data, reluMaxPool(y.data, [n, h, w, cout]));
      assert.equal(mean.data, reluMean(y.data, [n, h, w, cout]));
    });
  }

  test("NaN and Infinity reach what is pooled from them", () => {
    const module = new KernelModule(variant);
    const { kernels } = module;
    const sizes = [1, 8, 8, 4, 4] as const;
    const x = new Float32Array(256).fill(1);
    x[0] = Number.NaN;
    const [xPtr, wPtr] = [x, new Float32Array(144).fill(1)].map((values) => module.put(values).ptr);
    const u = module.output(36 * 16 * 4).ptr;
    const scratch = module.output(winogradBlockScratch(8, 8, 4, 4)).ptr;
    kernels.winograd_filter_f32(u, wPtr, 4, 4, 0, scratch, 0, 1);
    const largest = module.output(64);
    const mean = module.output(4);
    kernels.winograd_relu_max_pool2d_f32(largest.ptr, xPtr, u, 0, ...sizes, scratch, 0, 1);
    kernels.winograd_relu_mean_f32(mean.ptr, xPtr, u, 0, ...sizes, scratch, 0, 1);
    assert.ok(largest.data.subarray(0, 4).every(Number.isNaN));
    assert.not.ok(largest.data.subarray(60).some(Number.isNaN));
    assert.ok(mean.data.every(Number.isNaN));
  });

  test.run();
}
