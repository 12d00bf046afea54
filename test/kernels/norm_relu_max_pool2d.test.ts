import { suite } from "uvu";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

/** Sizes of y, its maps even. */
const SIZES = [
  { n: 1, h: 2, w: 2, c: 4 },
  { n: 3, h: 6, w: 4, c: 20 },
  { n: 2, h: 14, w: 14, c: 64 },
];

function setUp(variant: "simd" | "relaxed", { n, h, w, c }: (typeof SIZES)[number]) {
  const module = new KernelModule(variant);
  const y = module.put(uniform64([n, h, w, c], 1).data);
  const coefficients = module.put(uniform64([5, c], 2).data);
  const outputs = (n * h * w * c) / 4;
  return { module, kernels: module.kernels, y, coefficients, outputs };
}

/** The bytes of a u8 array of `size` elements that an output of f32 leaves room for. */
function bytesOf({ data }: { data: Float32Array }, size: number): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, size);
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`norm_relu_max_pool2d (${variant})`);

  test("gives what batch norm, ReLU and the largest of each window give, to the bit", () => {
    for (const sizes of SIZES) {
      const { n, h, w, c } = sizes;
      const { module, kernels, y, coefficients, outputs } = setUp(variant, sizes);
      const z = module.output(outputs);
      const peak = module.output(outputs);
      const argmax = module.output(outputs / 4);
      const rows = (n * h) / 2;
      const cut = Math.floor(rows / 3);
      for (const [from, to] of [
        [cut, rows],
        [0, cut],
      ]) {
        kernels.norm_relu_max_pool2d_f32(z.ptr, peak.ptr, argmax.ptr, y.ptr, coefficients.ptr, w, c, from, to);
      }
      module.checkCanaries();
      const normed = module.output(n * h * w * c);
      kernels.batch_norm2d_f32(normed.ptr, y.ptr, coefficients.ptr, 0, c, Number.NaN, 0, n * h * w);
      const expected = {
        z: new Float32Array(outputs),
        peak: new Float32Array(outputs),
        argmax: new Uint8Array(outputs),
      };
      for (let at = 0; at < outputs; at++) {
        const i = at % c;
        const col = Math.floor(at / c) % (w / 2);
        const row = Math.floor(at / c / (w / 2));
        const places = [0, 1, 2, 3].map((k) => ((2 * row + (k >> 1)) * w + 2 * col + (k & 1)) * c + i);
        const values = places.map((place) => normed.data[place]);
        const best = values.indexOf(Math.max(...values));
        expected.z[at] = Math.max(values[best], 0);
        expected.peak[at] = y.data[places[best]];
        expected.argmax[at] = best;
      }
      expectClose(z.data, expected.z, 0, "z");
      expectClose(peak.data, expected.peak, 0, "peak");
      expectClose(bytesOf(argmax, outputs), expected.argmax, 0, "argmax");
    }
  });

  test("of equal values the first is the maximum, and coefficients of NaN give NaN", () => {
    const module = new KernelModule(variant);
    const y = module.put([1, 2, 0, 1, 1, 2, 3, 1, 1, 1, 3, 1, 0, 2, 3, 1]);
    const coefficients = module.put([0, 0, 0, Number.NaN, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    const [z, peak, argmax] = [module.output(4), module.output(4), module.output(1)];
    module.kernels.norm_relu_max_pool2d_f32(z.ptr, peak.ptr, argmax.ptr, y.ptr, coefficients.ptr, 2, 4, 0, 1);
    expectClose(z.data, [1, 2, 3, Number.NaN], 0);
    expectClose(bytesOf(argmax, 3), [0, 0, 1], 0);
    y.data.set([0, 1, 1, 0, 0, 1, 0, 0, 2, 0, 1, 0, 2, 1, 2, 0]);
    module.kernels.norm_relu_max_pool2d_f32(z.ptr, peak.ptr, argmax.ptr, y.ptr, coefficients.ptr, 2, 4, 0, 1);
    expectClose(bytesOf(argmax, 3), [2, 0, 3], 0);
  });

  test("a scale of 0, of either sign, makes all values equal, and the first is the maximum", () => {
    const module = new KernelModule(variant);
    const y = module.put([1, 1, 5, 5, 9, 9, 2, 9, 3, 9, 9, 3, 4, 2, 7, 9]);
    const coefficients = module.put([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, -0, -1, 6, 6, 6, 6]);
    const [z, peak, argmax] = [module.output(4), module.output(4), module.output(1)];
    module.kernels.norm_relu_max_pool2d_f32(z.ptr, peak.ptr, argmax.ptr, y.ptr, coefficients.ptr, 2, 4, 0, 1);
    expectClose(z.data, [6, 15, 6, 3], 0);
    expectClose(peak.data, [1, 9, 5, 3], 0);
    expectClose(bytesOf(argmax, 4), [0, 1, 0, 2], 0);
  });

  test("backward gives what batch norm's backward gives for a gradient that only the maxima have, to the bit", () => {
    for (const sizes of SIZES) {
      const { n, h, w, c } = sizes;
      const { module, kernels, y, coefficients, outputs } = setUp(variant, sizes);
      const dz = module.put(uniform64([outputs], 3).data);
      const slopes = module.put(uniform64([2, c], 4).data);
      const places = Uint8Array.from({ length: outputs }, (_, at) => (at * 7 + Math.floor(at / c)) % 4);
      const argmax = module.output(outputs / 4);
      bytesOf(argmax, outputs).set(places);
      const dy = module.output(n * h * w * c);
      const inputs = [dz.ptr, argmax.ptr, y.ptr, coefficients.ptr, slopes.ptr] as const;
      for (let image = n - 1; image >= 0; image--) {
        kernels.norm_relu_max_pool2d_backward_f32(dy.ptr, ...inputs, h, w, c, image, image + 1);
      }
      module.checkCanaries();
      const spread = new Float32Array(n * h * w * c);
      places.forEach((place, at) => {
        const col = Math.floor(at / c) % (w / 2);
        const row = Math.floor(at / c / (w / 2));
        spread[((2 * row + (place >> 1)) * w + 2 * col + (place & 1)) * c + (at % c)] = dz.data[at];
      });
      const dv = module.put(spread);
      const expected = module.output(n * h * w * c);
      const args = [dv.ptr, y.ptr, coefficients.ptr, slopes.ptr] as const;
      kernels.batch_norm2d_backward_input_f32(expected.ptr, ...args, c, Number.NaN, 0, n * h * w);
      expectClose(dy.data, expected.data, 0);
    }
  });

  test.run();
}
