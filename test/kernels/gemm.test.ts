import { suite } from "uvu";
import { gemmSizes } from "../../lib/ops/gemm_sizes.ts";
import { GEMM_SCRATCH, panelsOf, panelsSize, rowTiles } from "../../lib/runtime/kernel_abi.ts";
import { all64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { matmul64, transpose64 } from "../../lib/selftest/ops64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

interface Layout {
  transposeA: boolean;
  packed: boolean;
  transposeB: boolean;
}

/** @param isByColumns gemm_columns_f32, which packs B by itself, rather than gemm_f32 */
function run(
  module: KernelModule,
  [m, n, k]: readonly number[],
  layout: Layout,
  init: "zero" | "bias" | "accumulate",
  cuts: readonly number[] = [],
  isByColumns = false,
): { actual: Float32Array; expected: Float64Array } {
  const [a, b] = [uniform64([m, k], 1), uniform64([k, n], 2)];
  const bias = uniform64([n], 3).data;
  const start = uniform64([m, n], 4).data;
  const c0 = start.map((value, i) => (init === "zero" ? 0 : init === "bias" ? bias[i % n] : value));
  const { kernels } = module;
  const aPtr = module.put(layout.transposeA ? all64(transpose64()(a)).data : a.data).ptr;
  const bStored = module.put(layout.transposeB ? all64(transpose64()(b)).data : b.data).ptr;
  const c = init === "accumulate" ? module.put(start) : module.output(m * n);
  const biasPtr = init === "bias" ? module.put(bias).ptr : 0;
  const panels = panelsOf(n);
  let bPtr = bStored;
  if (layout.packed) {
    bPtr = module.output(panelsSize(k, n)).ptr;
    const [bRow, bCol] = layout.transposeB ? [1, k] : [n, 1];
    kernels.gemm_pack_b_f32(bPtr, bStored, n, k, bRow, bCol, 0, panels);
  }
  const { transposeA, packed: isPacked, transposeB } = layout;
  const accumulate = init === "accumulate";
  if (isByColumns) {
    const scratch = module.output(GEMM_SCRATCH).ptr;
    const strides = [n, ...(transposeA ? [1, m] : [k, 1]), ...(transposeB ? [1, k] : [n, 1])];
    const args = [c.ptr, aPtr, bStored, biasPtr, m, n, k, ...strides, accumulate ? 1 : 0, scratch];
    const gemm = kernels.gemm_columns_f32 as (...args: number[]) => void;
    inPieces(panels, cuts, (from, to) => gemm(...args, from, to));
  } else {
    const pointers = [c.ptr, aPtr, bPtr, biasPtr];
    const sizes = gemmSizes({ m, n, k, transposeA, isPacked, accumulate });
    const gemm = kernels.gemm_f32 as (...args: number[]) => void;
    inPieces(rowTiles(m), cuts, (from, to) => gemm(...pointers, ...sizes, from, to));
  }
  module.checkCanaries();
  const product = matmul64(a, b);
  return { actual: c.data.slice(), expected: c0.map((value, i) => value + product.at(i)) };
}

const LAYOUTS: readonly Layout[] = [
  { transposeA: false, packed: false, transposeB: false },
  { transposeA: false, packed: true, transposeB: false },
  { transposeA: false, packed: true, transposeB: true },
  { transposeA: true, packed: false, transposeB: false },
  { transposeA: true, packed: true, transposeB: true },
];

for (const variant of ["simd", "relaxed", "wide"] as const) {
  const test = suite(`gemm_f32 (${variant})`);

  test("every layout gives op(A)·op(B), for sizes around the tile's", () => {
    for (const layout of LAYOUTS) {
      const module = new KernelModule(variant);
      for (const m of [1, 3, 4, 5, 9, 11]) {
        for (const n of [1, 3, 4, 5, 8, 11, 15, 16, 17, 33, 67]) {
          for (const k of [1, 7, 33]) {
            const { actual, expected } = run(module, [m, n, k], layout, "zero");
            expectClose(actual, expected, sumTolerance(1, k), `${JSON.stringify(layout)} ${[m, n, k]}`);
          }
        }
      }
    }
  });

  test("a bias is added to every row, and accumulating adds to what is there", () => {
    const module = new KernelModule(variant);
    for (const n of TAIL_SIZES) {
      for (const init of ["bias", "accumulate"] as const) {
        const { actual, expected } = run(module, [6, n, 300], LAYOUTS[1], init);
        expectClose(actual, expected, sumTolerance(1, 301), `${init} n=${n}`);
      }
    }
  });

  test("a single row, B in place, gives the bits of the same row among others", () => {
    for (const n of [31, 32, 64, 100]) {
      for (const k of [0, 1, 300]) {
        for (const init of ["zero", "bias", "accumulate"] as const) {
          const [one, two] = [1, 2].map((m) => run(new KernelModule(variant), [m, n, k], LAYOUTS[0], init));
          expectClose(one.actual, one.expected, sumTolerance(1, k + 1), `${init} ${n} ${k}`);
          expectClose(two.actual.subarray(0, n), one.actual, 0, `the first of two, ${init} ${n} ${k}`);
        }
      }
    }
  });

  test("rows go in blocks of 64, of which none is left out or done twice, wherever the range is cut", () => {
    const module = new KernelModule(variant);
    for (const m of [64, 65, 131]) {
      for (const init of ["zero", "accumulate"] as const) {
        for (const cuts of [[], [1, 13, 32]]) {
          const { actual, expected } = run(module, [m, 17, 9], LAYOUTS[1], init, cuts);
          expectClose(actual, expected, sumTolerance(1, 10), `${init} m=${m}, cut at ${cuts}`);
        }
      }
    }
  });

  test("an empty sum is the initial value", () => {
    for (const isByColumns of [false, true]) {
      const { actual, expected } = run(new KernelModule(variant), [5, 9, 0], LAYOUTS[1], "bias", [], isByColumns);
      expectClose(actual, expected, 0);
    }
  });

  test("column by column gives the bits of row by row, in every layout, wherever the range is cut", () => {
    for (const layout of LAYOUTS) {
      for (const [m, n, k] of [
        [1, 16, 1],
        [3, 33, 6],
        [66, 41, 300],
        [10, 100, 513],
      ]) {
        for (const init of ["zero", "bias", "accumulate"] as const) {
          const rows = run(new KernelModule(variant), [m, n, k], layout, init).actual;
          const cuts = [1, 2, 5].filter((cut) => cut < panelsOf(n));
          const columns = run(new KernelModule(variant), [m, n, k], layout, init, cuts, true).actual;
          expectClose(columns, rows, 0, `${JSON.stringify(layout)} ${[m, n, k]} ${init}`);
        }
      }
    }
  });

  test("neither packing nor the cut of the range nor the depth block changes a bit", () => {
    const module = new KernelModule(variant);
    const whole = run(module, [21, 19, 600], LAYOUTS[1], "bias").actual;
    expectClose(run(module, [21, 19, 600], LAYOUTS[0], "bias").actual, whole, 0, "in place");
    expectClose(run(module, [21, 19, 600], LAYOUTS[1], "bias", [1, 2, 4]).actual, whole, 0, "cut");
    expectClose(run(module, [21, 19, 600], LAYOUTS[4], "bias").actual, whole, 0, "both transposed");
  });

  test.run();
}

const test = suite("gemm_f32 (relaxed and wide)");

test("tiles of four and five rows give the bits of tiles of two, for any number of rows", () => {
  const [relaxed, wide] = [new KernelModule("relaxed"), new KernelModule("wide")];
  for (const layout of LAYOUTS) {
    for (const m of [...Array(26).keys(), 63, 64, 65, 66, 129]) {
      const size = [m + 1, 35, 37];
      for (const init of ["zero", "bias", "accumulate"] as const) {
        const { actual } = run(wide, size, layout, init, m > 20 ? [3, 10] : []);
        expectClose(actual, run(relaxed, size, layout, init).actual, 0, `${JSON.stringify(layout)} ${size} ${init}`);
      }
    }
  }
});

test("and in sums of several blocks, or of no term", () => {
  const [relaxed, wide] = [new KernelModule("relaxed"), new KernelModule("wide")];
  for (const k of [0, 1, 256, 257, 600]) {
    for (const init of ["zero", "bias", "accumulate"] as const) {
      const { actual } = run(wide, [14, 32, k], LAYOUTS[1], init);
      expectClose(actual, run(relaxed, [14, 32, k], LAYOUTS[1], init).actual, 0, `k=${k} ${init}`);
    }
  }
});

test.run();
