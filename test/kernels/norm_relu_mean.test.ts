import { suite } from "uvu";
import { chunksOf } from "../../lib/runtime/kernel_abi.ts";
import { sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

const SIZES = [
  { n: 1, pixels: 1, c: 4 },
  { n: 9, pixels: 6, c: 20 },
  { n: 19, pixels: 49, c: 128 },
];

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`norm_relu_mean (${variant})`);

  test("gives the mean of ReLU of batch norm, and what backward needs", () => {
    for (const { n, pixels, c } of SIZES) {
      const module = new KernelModule(variant);
      const { kernels } = module;
      const y = module.put(uniform64([n, pixels, c], 1).data);
      const coefficients = module.put(uniform64([5, c], 2).data);
      const z = module.output(n * c);
      const live = module.output(2 * n * c);
      const sizes = [n, pixels, c] as const;
      const cut = Math.floor(n / 2);
      kernels.norm_relu_mean_f32(z.ptr, live.ptr, y.ptr, coefficients.ptr, ...sizes, cut, n);
      kernels.norm_relu_mean_f32(z.ptr, live.ptr, y.ptr, coefficients.ptr, ...sizes, 0, cut);
      module.checkCanaries();
      const normed = module.output(n * pixels * c);
      kernels.batch_norm2d_f32(normed.ptr, y.ptr, coefficients.ptr, 0, c, Number.NaN, 0, n * pixels);
      const [mean, count, centred] = [0, 1, 2].map(() => new Float64Array(n * c));
      normed.data.forEach((value, at) => {
        if (value <= 0) return;
        const to = Math.floor(at / c / pixels) * c + (at % c);
        mean[to] += value / pixels;
        count[to]++;
        centred[to] += y.data[at] - coefficients.data[at % c];
      });
      expectClose(z.data, mean, sumTolerance(3 / pixels, pixels + 2), "z");
      expectClose(live.data, [...count, ...centred], sumTolerance(2, pixels), "live");

      const dz = module.put(uniform64([n, c], 3).data);
      const chunks = chunksOf(n);
      const partial = module.output(chunks * 4 * c);
      for (let chunk = chunks - 1; chunk >= 0; chunk--) {
        kernels.norm_relu_mean_backward_sums_f32(partial.ptr, dz.ptr, live.ptr, ...sizes, chunk, chunk + 1);
      }
      const sums = new Float64Array(chunks * 2 * c);
      for (let at = 0; at < n * c; at++) {
        const to = Math.floor(at / c / 8) * 2 * c + (at % c);
        sums[to] += (dz.data[at] / pixels) * live.data[at];
        sums[to + c] += (dz.data[at] / pixels) * live.data[n * c + at];
      }
      const { data } = partial;
      expectClose(new Float64Array(data.buffer, data.byteOffset, sums.length), sums, 1e-12, "sums");

      const slopes = module.put(uniform64([2, c], 4).data);
      const dy = module.output(n * pixels * c);
      const inputs = [dz.ptr, y.ptr, coefficients.ptr, slopes.ptr] as const;
      for (let image = n - 1; image >= 0; image--) {
        kernels.norm_relu_mean_backward_f32(dy.ptr, ...inputs, pixels, c, image, image + 1);
      }
      module.checkCanaries();
      const expected = Float64Array.from(dy.data, (_, at) => {
        const i = at % c;
        const d = normed.data[at] > 0 ? dz.data[Math.floor(at / c / pixels) * c + i] / pixels : 0;
        const y0 = y.data[at] - coefficients.data[i];
        return coefficients.data[3 * c + i] * d + slopes.data[i] * y0 + slopes.data[c + i];
      });
      expectClose(dy.data, expected, sumTolerance(2, 4), "dy");
    }
  });

  test("an activation of exactly 0 is not live: nothing comes back through it", () => {
    const module = new KernelModule(variant);
    const { kernels } = module;
    const y = module.put([1, 2, 3, 4]);
    // mean, its error, inverse, scale, bias: v = 2·(y − mean).
    const coefficients = module.put([1, 2, 3, 3.5, ...Array(8).fill(0), 2, 2, 2, 2, 0, 0, 0, 0]);
    const [z, live, dy] = [module.output(4), module.output(8), module.output(4)];
    kernels.norm_relu_mean_f32(z.ptr, live.ptr, y.ptr, coefficients.ptr, 1, 1, 4, 0, 1);
    expectClose(z.data, [0, 0, 0, 1], 0);
    expectClose(live.data, [0, 0, 0, 1, 0, 0, 0, 0.5], 0);
    const [dz, slopes] = [module.put([1, 1, 1, 1]), module.put(new Float32Array(8))];
    kernels.norm_relu_mean_backward_f32(dy.ptr, dz.ptr, y.ptr, coefficients.ptr, slopes.ptr, 1, 4, 0, 1);
    expectClose(dy.data, [0, 0, 0, 2], 0);
    module.checkCanaries();
  });

  test.run();
}
