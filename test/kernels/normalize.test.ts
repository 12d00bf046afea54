import { suite } from "uvu";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

const INDEX = [4, 0, 4, 2];
const MNIST = { mean: [0.1307], std: [0.3081] };
const COLOURS = { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] };

interface Case {
  values: Uint8Array | Float32Array;
  index: readonly number[] | null;
  rowSize: number;
  /** One a channel. */
  mean: readonly number[];
  std: readonly number[];
}

/** y[b,i] = (x[index[b],i]/255 − mean)/std, without the division for f32; each step rounded to f32 as the kernel rounds it. */
function reference({ values, index, rowSize, mean, std }: Case): Float32Array {
  const rows = index ?? Array.from({ length: rowSize ? values.length / rowSize : 0 }, (_, i) => i);
  return Float32Array.from({ length: rows.length * rowSize }, (_, at) => {
    const value = values[rows[Math.floor(at / rowSize)] * rowSize + (at % rowSize)];
    const x = values instanceof Uint8Array ? Math.fround(value / 255) : value;
    const c = (at % rowSize) % mean.length;
    return Math.fround(Math.fround(x - Math.fround(mean[c])) / Math.fround(std[c]));
  });
}

/** What is not f32 goes through the f32 arrays of KernelModule by its bit patterns. */
function put(module: KernelModule, values: Uint8Array | Int32Array | Float32Array): number {
  const buffer = new ArrayBuffer(Math.ceil(values.byteLength / 4) * 4);
  new Uint8Array(buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return module.put(new Float32Array(buffer)).ptr;
}

/** As lib/data/normalize.ts lays the table out. */
function putTable(module: KernelModule, { mean, std, rowSize }: Case): [ptr: number, period: number] {
  let period = mean.length;
  if (period !== rowSize) while (period % 4 !== 0) period += mean.length;
  const repeated = (values: readonly number[]): number[] =>
    Array.from({ length: period }, (_, i) => values[i % values.length]);
  return [put(module, Float32Array.of(...repeated(mean), ...repeated(std))), period];
}

function run(module: KernelModule, given: Case, cuts: readonly number[] = []): Float32Array {
  const { values, index, rowSize } = given;
  const rows = index ? index.length : rowSize ? values.length / rowSize : 0;
  const y = module.output(rows * rowSize);
  const x = put(module, values);
  const indexPtr = index ? put(module, Int32Array.from(index)) : 0;
  const [table, period] = putTable(module, given);
  const kernel = values instanceof Uint8Array ? module.kernels.normalize_u8 : module.kernels.normalize_f32;
  inPieces(rows, cuts, (from, to) => kernel(y.ptr, x, indexPtr, rowSize, table, period, from, to));
  module.checkCanaries();
  return y.data;
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37 + 11) % 256);
const floats = (length: number): Float32Array => Float32Array.from(bytes(length), (value) => value / 97 - 1);

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`normalize (${variant})`);

  for (const make of [bytes, floats]) {
    test(`gathered rows of ${make.name} are normalised to the bit, for row sizes around the vector's`, () => {
      const module = new KernelModule(variant);
      for (const rowSize of TAIL_SIZES) {
        const given = { values: make(5 * rowSize), index: INDEX, rowSize, ...MNIST };
        expectClose(run(module, given, [1, 3]), reference(given), 0, `row size ${rowSize}`);
      }
    });

    test(`each channel of ${make.name} has its own mean and deviation, whether or not four divide a row`, () => {
      const module = new KernelModule(variant);
      for (const pixels of [1, 2, 3, 4, 5, 9]) {
        const given = { values: make(15 * pixels), index: INDEX, rowSize: 3 * pixels, ...COLOURS };
        expectClose(run(module, given, [2]), reference(given), 0, `${pixels} pixels`);
      }
    });

    test(`each feature of ${make.name} has its own`, () => {
      const module = new KernelModule(variant);
      for (const rowSize of TAIL_SIZES.slice(1)) {
        const mean = Array.from({ length: rowSize }, (_, i) => i / 10);
        const std = mean.map((value) => value + 0.5);
        const given = { values: make(5 * rowSize), index: INDEX, rowSize, mean, std };
        expectClose(run(module, given), reference(given), 0, `${rowSize} features`);
      }
    });
  }

  test("all 256 bytes are right, and without an index the rows are taken as they lie", () => {
    const module = new KernelModule(variant);
    const given = { values: Uint8Array.from({ length: 256 }, (_, i) => i), index: null, rowSize: 64, ...MNIST };
    expectClose(run(module, given, [1]), reference(given), 0);
  });

  test.run();
}
