import { suite } from "uvu";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

const SIZE = 53;

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`dropout_f32 (${variant})`);

  test("no cut of the range changes what is kept, wherever it falls, and nothing outside is written", () => {
    const module = new KernelModule(variant);
    const x = module.put(uniform64([SIZE], 1, 1, 2).data).ptr;
    const drop = (y: number, from: number, to: number): void =>
      module.kernels.dropout_f32(y, x, 2 ** 31, 2, 7, 1, 2, 3, 4, 5, from, to);
    const whole = module.output(SIZE);
    drop(whole.ptr, 0, SIZE);
    for (let cut = 0; cut <= SIZE; cut++) {
      const parts = module.output(SIZE);
      inPieces(SIZE, [cut, cut + 6], (from, to) => drop(parts.ptr, from, to));
      expectClose(parts.data, whole.data, 0, `cut at ${cut}`);
      const end = module.output(SIZE);
      drop(end.ptr, cut, SIZE);
      expectClose(end.data.subarray(0, cut), new Float32Array(cut).fill(Number.NaN), 0, `before ${cut}`);
    }
    module.checkCanaries();
  });

  test.run();
}
