import { suite } from "uvu";
import { all64, uniform64 } from "../../lib/selftest/array64.ts";
import { bend64, images64, type Warp64, warpTolerance } from "../../lib/selftest/images64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

const MEAN = Math.fround(0.1307);
const STD = Math.fround(0.3081);
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0];
/** Turned by 0.3, enlarged, slanted, moved by fractions, partly out of the picture. */
const WARP = [0.9, -0.28, 3.3, 0.31, 1.07, -2.7, 0, 0];
const SIZES = [
  [1, 1],
  [3, 2],
  [5, 7],
  [4, 9],
  [28, 28],
] as const;

interface Case {
  x: Uint8Array;
  index: readonly number[];
  plans: readonly (readonly number[])[];
  /** [rows, 2, 7, 8] */
  grids: Float64Array | null;
  h: number;
  w: number;
}

/** The definition in the header of kernels/augment.ts, in f64, with the plans and grids as f32 has them. */
function reference({ x, index, plans, grids, h, w }: Case): Float64Array {
  const rows = plans.map((plan) => plan.map(Math.fround));
  const bend = bend64((at) => grids?.[at] ?? 0, h, w);
  const warp: Warp64 = {
    source(n, i, j) {
      const [a, b, c, d, e, f] = rows[n];
      return [a * j + b * i + c + bend(n, 0, i, j), d * j + e * i + f + bend(n, 1, i, j)];
    },
    thickness: (n) => rows[n][6],
  };
  const images = { shape: [x.length / (h * w), h, w], data: x };
  return all64(images64({ mean: MEAN, std: STD }, warp)(images, index)).data;
}

function run(module: KernelModule, { x, index, plans, grids, h, w }: Case): Float32Array {
  const bytes = (
    values: ArrayLike<number>,
    make: (buffer: ArrayBuffer) => { set(v: ArrayLike<number>): void },
  ): number => {
    const buffer = new ArrayBuffer(Math.ceil(values.length / 4) * 16);
    make(buffer).set(values);
    return module.put(new Float32Array(buffer)).ptr;
  };
  const y = module.output(index.length * h * w);
  const xPtr = bytes(x, (buffer) => new Uint8Array(buffer));
  const indexPtr = bytes(index, (buffer) => new Int32Array(buffer));
  const plansPtr = module.put(plans.flat()).ptr;
  const gridsPtr = grids ? module.put(grids).ptr : 0;
  const scratch = module.output(module.kernels.augment_scratch(h, w)).ptr;
  inPieces(index.length, [1, 2], (from, to) => {
    module.kernels.augment_f32(y.ptr, xPtr, indexPtr, plansPtr, gridsPtr, h, w, MEAN, STD, scratch, from, to);
  });
  module.checkCanaries();
  return y.data;
}

const pictures = (count: number, h: number, w: number): Uint8Array =>
  Uint8Array.from({ length: count * h * w }, (_, i) => (i * 97 + (i >> 3) * 31) % 256);

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`augment_f32 (${variant})`);

  test("the identity gives the bits of normalize_f32", () => {
    for (const [h, w] of SIZES) {
      const module = new KernelModule(variant);
      const x = pictures(3, h, w);
      const y = run(module, { x, index: [2, 0], plans: [IDENTITY, IDENTITY], grids: null, h, w });
      const expected = [2, 0].flatMap((n) =>
        [...x.subarray(n * h * w, (n + 1) * h * w)].map((v) =>
          Math.fround(Math.fround(Math.fround(v / 255) - MEAN) / STD),
        ),
      );
      expectClose(y, expected, 0, `${h}×${w}`);
    }
  });

  test("pictures of any size are warped, bent, thickened and thinned as the definition says", () => {
    for (const [h, w] of SIZES) {
      const x = pictures(4, h, w);
      const index = [3, 0, 1, 1];
      const strength = (plan: readonly number[], t: number): number[] => plan.map((value, i) => (i === 6 ? t : value));
      const plans = [WARP, strength(WARP, 0.6), strength(IDENTITY, -0.4), strength(WARP, -1)];
      const grids = uniform64([4, 2, 7, 8], 3, -2, 2).data;
      for (const each of [null, grids]) {
        const given = { x, index, plans, grids: each, h, w };
        const name = `${h}×${w}, ${each ? "with" : "without"} grids`;
        expectClose(run(new KernelModule(variant), given), reference(given), warpTolerance(h, w, STD), name);
      }
    }
  });

  test("what comes from far outside is 0, whatever the plan", () => {
    const far = [1e6, 0, -3e8, 0, 1e6, 7e7, 0.5, 0];
    const y = run(new KernelModule(variant), {
      x: pictures(1, 5, 5).fill(255),
      index: [0],
      plans: [far],
      grids: null,
      h: 5,
      w: 5,
    });
    expectClose(y, new Array(25).fill(Math.fround(Math.fround(0 - MEAN) / STD)), 0);
  });

  test.run();
}
