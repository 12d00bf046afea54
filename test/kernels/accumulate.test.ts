import { suite } from "uvu";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`accumulate_f32 (${variant})`);

  test("every element of x is added once, wherever the range is cut", () => {
    const module = new KernelModule(variant);
    for (const size of TAIL_SIZES) {
      const x = Float32Array.from(uniform64([size], 1).data);
      const start = Float32Array.from(uniform64([size], 2).data);
      for (const cuts of [[], [1], [4, 6, 21]]) {
        const y = module.put(start);
        const { ptr } = module.put(x);
        inPieces(size, cuts, (from, to) => module.kernels.accumulate_f32(y.ptr, ptr, from, to));
        module.checkCanaries();
        const expected = x.map((value, i) => value + start[i]);
        expectClose(y.data, expected, 0, `${size} elements, cut at ${cuts}`);
      }
    }
  });

  test.run();
}
