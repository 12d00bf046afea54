import { suite } from "uvu";
import { augmentScratch, noisePitch, PLAN_SIZE } from "../../lib/runtime/kernel_abi.ts";
import { all64, uniform64 } from "../../lib/selftest/array64.ts";
import { bend64, images64, type Warp64, warpTolerance } from "../../lib/selftest/images64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

const MEAN = Math.fround(0.1307);
const STD = Math.fround(0.3081);
/** Of the channels. */
const MEANS = [MEAN, Math.fround(0.4), Math.fround(-0.2)];
const STDS = [STD, Math.fround(0.5), Math.fround(0.7)];
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0];
/** Of a plan, what comes behind the first eight. */
const NOTHING = new Array<number>(PLAN_SIZE - 8).fill(0);
/** Turned by 0.3, enlarged, slanted, moved by fractions, partly out of the image. */
const WARP = [0.9, -0.28, 3.3, 0.31, 1.07, -2.7, 0, 0];
const SIZES = [
  [1, 1],
  [3, 2],
  [5, 7],
  [4, 9],
  [28, 28],
] as const;

interface Case {
  /** [images, h, w, channels] */
  x: Uint8Array | Float32Array;
  index: readonly number[];
  /** Of which the end may be left out. */
  plans: readonly (readonly number[])[];
  /** [rows, 2, 7, 8] */
  grids: Float64Array | null;
  /** [rows, noisePitch] */
  noise?: Float64Array | null;
  h: number;
  w: number;
  /** Default 1. */
  channels?: number;
}

/** The definition in the header of kernels/augment.ts, in f64, with the plans and grids as f32 has them. */
function reference({ x, index, plans, grids, noise, h, w, channels = 1 }: Case): Float64Array {
  const rows = plans.map((plan) => whole(plan).map(Math.fround));
  const bend = bend64((at) => grids?.[at] ?? 0, h, w);
  const warp: Warp64 = {
    source(n, i, j) {
      const [a, b, c, d, e, f] = rows[n];
      return [a * j + b * i + c + bend(n, 0, i, j), d * j + e * i + f + bend(n, 1, i, j)];
    },
    thickness: (n) => rows[n][6],
    stretch: (n) => rows[n][7],
    noise: (n, at) => noise?.[n * noisePitch(h, w) + at] ?? 0,
    degradation(n) {
      const [contrast, b, cell, startRow, startColumn, smoothness, amplitude, blocks, down, across, hole, ...rest] =
        rows[n].slice(8);
      const holes = rest.slice(0, 4) as [number, number, number, number];
      const [start, blockStart] = [[startRow, startColumn] as const, [down, across] as const];
      return { contrast, b, cell, start, smoothness, noise: noise ? amplitude : 0, blocks, blockStart, hole, holes };
    },
  };
  const images = { shape: [x.length / (h * w * channels), h, w, channels], data: x };
  const most = x instanceof Uint8Array ? 255 : 1;
  return all64(images64({ mean: MEANS, std: STDS, most }, warp)(images, index)).data;
}

function whole(plan: readonly number[]): number[] {
  return [...plan, ...NOTHING].slice(0, PLAN_SIZE);
}

function run(module: KernelModule, { x, index, plans, grids, noise, h, w, channels = 1 }: Case): Float32Array {
  const bits = (values: Uint8Array | Int32Array): number => {
    const buffer = new ArrayBuffer(Math.ceil(values.byteLength / 4) * 4);
    new Uint8Array(buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return module.put(new Float32Array(buffer)).ptr;
  };
  const isBytes = x instanceof Uint8Array;
  const y = module.output(index.length * h * w * channels);
  const pointers = [y.ptr, isBytes ? bits(x) : module.put(x).ptr, bits(Int32Array.from(index))] as const;
  const plansPtr = module.put(plans.flatMap(whole)).ptr;
  const gridsPtr = grids ? module.put(grids).ptr : 0;
  const noisePtr = noise ? module.put(noise).ptr : 0;
  const table = module.put([...MEANS.slice(0, channels), ...STDS.slice(0, channels)]).ptr;
  const layout = [h, w, channels, isBytes ? 1 : 0, table] as const;
  const scratch = module.output(augmentScratch(h, w, channels)).ptr;
  inPieces(index.length, [1, 2], (from, to) => {
    module.kernels.augment_f32(...pointers, plansPtr, gridsPtr, noisePtr, ...layout, scratch, from, to);
  });
  module.checkCanaries();
  return y.data;
}

const images = (count: number, h: number, w: number, channels = 1): Uint8Array =>
  Uint8Array.from({ length: count * h * w * channels }, (_, i) => (i * 97 + (i >> 3) * 31) % 256);

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`augment_f32 (${variant})`);

  test("the identity gives the bits of normalize_u8", () => {
    for (const [h, w] of SIZES) {
      const module = new KernelModule(variant);
      const x = images(3, h, w);
      const y = run(module, { x, index: [2, 0], plans: [IDENTITY, IDENTITY], grids: null, h, w });
      const expected = [2, 0].flatMap((n) =>
        [...x.subarray(n * h * w, (n + 1) * h * w)].map((v) =>
          Math.fround(Math.fround(Math.fround(v / 255) - MEAN) / STD),
        ),
      );
      expectClose(y, expected, 0, `${h}×${w}`);
    }
  });

  test("images of any size are warped, bent, thickened and thinned as the definition says", () => {
    for (const [h, w] of SIZES) {
      const x = images(4, h, w);
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

  test("images are degraded in each way, and in all, as the definition says", () => {
    const part = (...values: [at: number, value: number][]): number[] => {
      const plan = whole(WARP);
      for (const [at, value] of values) plan[at] = value;
      return plan;
    };
    const coarse = (cell: number, row: number, column: number, m: number): [number, number][] => [
      ...([[10, cell], [11, -row * cell], [12, -column * cell], [13, m]] as [number, number][]), // biome-ignore format: one line
    ];
    const holes: [number, number][] = [[18, 1.3], [19, 2.2], [20, 1.7], [21, 11.5], [22, 14.25]]; // biome-ignore format: one line
    const ways: Record<string, { plan: number[]; gain?: number }> = {
      "two passes of growth": { plan: part([6, 1.7]) },
      "two passes of shrinking": { plan: part([6, -1.2]) },
      stretch: { plan: part([7, 0.8]) },
      darker: { plan: part([8, -0.4]) },
      harder: { plan: part([8, 0.5]), gain: 16 },
      blur: { plan: part([9, 0.25]) },
      "pixels of the same size": { plan: part(...coarse(1, 0, 0, 0)) },
      "coarse pixels": { plan: part(...coarse(2.5, 0.3, 1, 0)) },
      "coarse pixels, smoothed": { plan: part(...coarse(1.6, 0.9, 0, 1)) },
      "pixels coarser than the image": { plan: part(...coarse(16, 0.5, 0.25, 0.5)) },
      noise: { plan: part([14, 0.3]) },
      blocks: { plan: part([15, 0.21], [16, 3], [17, 7]) },
      "blocks from the corner on": { plan: part([15, 0.4]) },
      holes: { plan: part(...holes) },
      all: {
        plan: part([6, 1.4], [7, 0.3], [8, 0.3], [9, 0.1], ...coarse(1.3, 0.4, 0.6, 0.5), [14, 0.2], ...holes),
        gain: 12,
      },
    };
    for (const [h, w] of SIZES) {
      // Somewhere nothing, so that there is a box.
      const x = images(2, h, w).map((value, at) => (at % w < w / 3 ? 0 : value));
      const noise = uniform64([2, noisePitch(h, w)], 5, -1, 1).data;
      const grids = uniform64([2, 2, 7, 8], 3, -1, 1).data;
      const module = new KernelModule(variant);
      for (const [way, { plan, gain }] of Object.entries(ways)) {
        const given = { x, index: [1, 0], plans: [plan, plan], grids, noise, h, w };
        expectClose(run(module, given), reference(given), warpTolerance(h, w, STD, gain), `${h}×${w}, ${way}`);
      }
    }
  });

  test("a channel is degraded as it would be alone", () => {
    const [h, w, channels] = [9, 11, 3];
    const plan = [...WARP.slice(0, 6), 0.5, 0, 0.2, 0.1, 1.5, -0.3, -0.4, 0.5, 0.2, 0.1, 2, 3, 1, 4, 4, 2, 7, 0];
    const x = images(2, h, w, channels);
    const noise = uniform64([2, noisePitch(h, w)], 5, -1, 1).data;
    const given = { x, index: [1, 0], plans: [plan, plan], grids: null, noise, h, w };
    const together = run(new KernelModule(variant), { ...given, channels });
    const first = run(new KernelModule(variant), { ...given, x: x.filter((_, i) => i % channels === 0) });
    expectClose(
      together.filter((_, i) => i % channels === 0),
      first,
      0,
    );
  });

  test("every channel is warped as it would be alone, of bytes and of f32", () => {
    for (const [h, w] of SIZES) {
      const channels = 3;
      const bytes = images(2, h, w, channels);
      const plans = [WARP.map((value, i) => (i === 6 ? -0.5 : value)), WARP];
      const grids = uniform64([2, 2, 7, 8], 3, -2, 2).data;
      for (const x of [bytes, Float32Array.from(bytes, (value) => value / 255)]) {
        const given = { x, index: [1, 0], plans, grids, h, w };
        const name = `${h}×${w}, ${x.constructor.name}`;
        const together = run(new KernelModule(variant), { ...given, channels });
        expectClose(together, reference({ ...given, channels }), warpTolerance(h, w, STD), name);
        const first = run(new KernelModule(variant), { ...given, x: x.filter((_, i) => i % channels === 0) });
        const ofFirst = together.filter((_, i) => i % channels === 0);
        expectClose(ofFirst, first, 0, `${name}, the first channel alone`);
      }
    }
  });

  test("the identity leaves f32 as normalize_f32 does", () => {
    const x = Float32Array.from(images(1, 5, 7), (value) => value / 97 - 1);
    const y = run(new KernelModule(variant), { x, index: [0], plans: [IDENTITY], grids: null, h: 5, w: 7 });
    expectClose(
      y,
      x.map((value) => Math.fround(Math.fround(value - MEAN) / STD)),
      0,
    );
  });

  test("what comes from far outside is 0, whatever the plan", () => {
    const far = [1e6, 0, -3e8, 0, 1e6, 7e7, 0.5, 0];
    const y = run(new KernelModule(variant), {
      x: images(1, 5, 5).fill(255),
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
