import { suite } from "uvu";
import { borderedImage, chunksOf } from "../../lib/runtime/kernel_abi.ts";
import { all64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { conv2d64, conv2dGradients64 } from "../../lib/selftest/windows64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

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
      const shapes = [[n, h, w, 1], [3, 3, 1, cout], [cout], shape];
      const [x, weight, bias, dy] = shapes.map((each, i) => uniform64(each, i + 1));
      const chunks = chunksOf(n);
      const [xPtr, wPtr, biasPtr, dyPtr] = [x, weight, bias, dy].map(({ data }) => module.put(data).ptr);
      const scratch = module.output(borderedImage(h, w)).ptr;
      const y = module.output(dy.data.length);
      const partial = module.output(chunks * weight.data.length);
      for (let image = 0; image < n; image++) {
        kernels.conv2d_gray_f32(y.ptr, xPtr, wPtr, biasPtr, h, w, cout, scratch, image, image + 1);
      }
      kernels.conv2d_gray_backward_weight_f32(partial.ptr, xPtr, dyPtr, n, h, w, cout, scratch, 0, chunks);
      module.checkCanaries();
      expectClose(y.data, all64(conv2d64({ padding: 1 })(x, weight, bias)).data, sumTolerance(1, 10), "y");
      const dw = new Float64Array(weight.data.length);
      partial.data.forEach((value, i) => {
        dw[i % weight.data.length] += value;
      });
      expectClose(
        dw,
        all64(conv2dGradients64({ padding: 1 })(x, weight, dy).dw).data,
        sumTolerance(1, n * h * w),
        "dw",
      );
      const whole = module.output(dy.data.length);
      kernels.conv2d_gray_f32(whole.ptr, xPtr, wPtr, biasPtr, h, w, cout, scratch, 0, n);
      expectClose(whole.data, y.data, 0, "y in one range");
    });
  }

  test.run();
}
