import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

const INDEX = [3, 0, 3, 1, 3];
const ROWS = 4;

/** By its bits, through the f32 arrays of KernelModule. */
function putIndex(module: KernelModule): number {
  return module.put(new Float32Array(Int32Array.from(INDEX).buffer)).ptr;
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`gather (${variant})`);

  test("rows of any size are copied as they are, four bytes an element or one", () => {
    for (const rowSize of TAIL_SIZES) {
      const module = new KernelModule(variant);
      const x = Float32Array.from({ length: ROWS * rowSize }, (_, i) => Math.sin(i));
      const y = module.output(INDEX.length * rowSize);
      const [xPtr, index] = [module.put(x).ptr, putIndex(module)];
      inPieces(INDEX.length, [1, 4], (from, to) => module.kernels.gather_f32(y.ptr, xPtr, index, rowSize, from, to));
      module.checkCanaries();
      const expected = INDEX.flatMap((row) => [...x.subarray(row * rowSize, (row + 1) * rowSize)]);
      expectClose(y.data, expected, 0, `row size ${rowSize}`);
    }
    const module = new KernelModule(variant);
    const x = module.put(new Float32Array(Uint8Array.from({ length: 12 }, (_, i) => i).buffer));
    const y = module.output(4);
    module.kernels.gather_u8(y.ptr, x.ptr, putIndex(module), 3, 0, INDEX.length);
    const bytes = new Uint8Array(y.data.buffer, y.ptr, INDEX.length * 3);
    assert.equal([...bytes], [9, 10, 11, 0, 1, 2, 9, 10, 11, 3, 4, 5, 9, 10, 11]);
  });

  test("backwards what came from the same row is added up in order, whatever the cut", () => {
    for (const rowSize of TAIL_SIZES) {
      const dy = Float32Array.from({ length: INDEX.length * rowSize }, (_, i) => Math.fround(1e4 * Math.sin(i)));
      const expected = new Float32Array(ROWS * rowSize);
      INDEX.forEach((row, b) => {
        for (let i = 0; i < rowSize; i++) expected[row * rowSize + i] += dy[b * rowSize + i];
      });
      for (const cuts of [[], [1, 2, 6, 17]]) {
        const module = new KernelModule(variant);
        const dx = module.put(new Float32Array(ROWS * rowSize));
        const [dyPtr, index] = [module.put(dy).ptr, putIndex(module)];
        inPieces(rowSize, cuts, (from, to) =>
          module.kernels.gather_backward_f32(dx.ptr, dyPtr, index, INDEX.length, rowSize, from, to),
        );
        module.checkCanaries();
        expectClose(dx.data, expected, 0, `row size ${rowSize}`);
      }
    }
  });

  test.run();
}
