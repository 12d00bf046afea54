import { suite } from "uvu";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

const MEAN = Math.fround(0.1307);
const STD = Math.fround(0.3081);

/** y[b,i] = (x[index[b],i]/255 − mean)/std, each step rounded to f32 as the kernel rounds it. */
function reference(x: Uint8Array, index: readonly number[], rowSize: number): Float32Array {
  return Float32Array.from({ length: index.length * rowSize }, (_, at) => {
    const value = x[index[Math.floor(at / rowSize)] * rowSize + (at % rowSize)];
    return Math.fround(Math.fround(Math.fround(value / 255) - MEAN) / STD);
  });
}

/** Bytes and integers go through the f32 arrays of KernelModule by their bit patterns. */
function putBytes(module: KernelModule, bytes: Uint8Array): number {
  const { ptr, data } = module.put(new Float32Array(Math.ceil(bytes.length / 4)));
  new Uint8Array(data.buffer, ptr, bytes.length).set(bytes);
  return ptr;
}

function putIntegers(module: KernelModule, values: readonly number[]): number {
  const { ptr, data } = module.put(new Float32Array(values.length));
  new Int32Array(data.buffer, ptr, values.length).set(values);
  return ptr;
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`normalize_f32 (${variant})`);

  test("gathered rows are normalised to the bit, for row sizes around the vector's", () => {
    const module = new KernelModule(variant);
    const index = [4, 0, 4, 2];
    for (const rowSize of TAIL_SIZES) {
      const x = Uint8Array.from({ length: 5 * rowSize }, (_, i) => (i * 37 + 11) % 256);
      const y = module.output(index.length * rowSize);
      module.kernels.normalize_f32(
        y.ptr,
        putBytes(module, x),
        putIntegers(module, index),
        rowSize,
        MEAN,
        STD,
        0,
        index.length,
      );
      module.checkCanaries();
      expectClose(y.data, reference(x, index, rowSize), 0, `row size ${rowSize}`);
    }
  });

  test("all 256 bytes are right, and without an index the rows are taken as they lie", () => {
    const module = new KernelModule(variant);
    const x = Uint8Array.from({ length: 256 }, (_, i) => i);
    const y = module.output(256);
    const ptr = putBytes(module, x);
    // In two cuts, the second first.
    module.kernels.normalize_f32(y.ptr, ptr, 0, 64, MEAN, STD, 1, 4);
    module.kernels.normalize_f32(y.ptr, ptr, 0, 64, MEAN, STD, 0, 1);
    expectClose(y.data, reference(x, [0, 1, 2, 3], 64), 0);
  });

  test.run();
}
