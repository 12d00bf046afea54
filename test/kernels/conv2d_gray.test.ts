import { suite } from "uvu";
import { sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

/** y and dw by the definition, in f64. */
function reference(
  [n, h, w, cout]: readonly number[],
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  dy: Float64Array,
) {
  const y = dy.map((_, at) => bias[at % cout]);
  const dw = new Float64Array(weight.length);
  for (let pixel = 0; pixel < n * h * w; pixel++) {
    const i = Math.floor(pixel / w) % h;
    const j = pixel % w;
    for (let tap = 0; tap < 9; tap++) {
      const row = i + Math.floor(tap / 3) - 1;
      const col = j + (tap % 3) - 1;
      if (row < 0 || row >= h || col < 0 || col >= w) continue;
      const value = x[pixel + (row - i) * w + col - j];
      for (let o = 0; o < cout; o++) {
        y[pixel * cout + o] += value * weight[tap * cout + o];
        dw[tap * cout + o] += value * dy[pixel * cout + o];
      }
    }
  }
  return { y, dw };
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`conv2d_gray_f32 (${variant})`);

  for (const shape of [
    [1, 1, 1, 4],
    [2, 1, 5, 8],
    [3, 4, 3, 4],
    [19, 6, 7, 12],
  ]) {
    const [n, h, w, cout] = shape;
    test(`[${n}, ${h}, ${w}] to ${cout} channels: values and weight gradients agree with the definition, cut or not`, () => {
      const module = new KernelModule(variant);
      const { kernels } = module;
      const x = uniform64([n, h, w], 1).data;
      const weight = uniform64([9, cout], 2).data;
      const bias = uniform64([cout], 3).data;
      const dy = uniform64(shape, 4).data;
      const expected = reference(shape, x, weight, bias, dy);
      const chunks = Math.ceil(n / 8);
      const xPtr = module.put(x).ptr;
      const wPtr = module.put(weight).ptr;
      const biasPtr = module.put(bias).ptr;
      const dyPtr = module.put(dy).ptr;
      const scratch = module.output((h + 2) * (w + 2)).ptr;
      const y = module.output(dy.length);
      const partial = module.output(chunks * weight.length);
      for (let image = 0; image < n; image++) {
        kernels.conv2d_gray_f32(y.ptr, xPtr, wPtr, biasPtr, h, w, cout, scratch, image, image + 1);
      }
      kernels.conv2d_gray_backward_weight_f32(partial.ptr, xPtr, dyPtr, n, h, w, cout, scratch, 0, chunks);
      module.checkCanaries();
      expectClose(y.data, expected.y, sumTolerance(1, 10), "y");
      const dw = new Float64Array(weight.length);
      partial.data.forEach((value, i) => {
        dw[i % weight.length] += value;
      });
      expectClose(dw, expected.dw, sumTolerance(1, n * h * w), "dw");
      const whole = module.output(dy.length);
      kernels.conv2d_gray_f32(whole.ptr, xPtr, wPtr, biasPtr, h, w, cout, scratch, 0, n);
      expectClose(whole.data, y.data, 0, "y in one range");
    });
  }

  test.run();
}
