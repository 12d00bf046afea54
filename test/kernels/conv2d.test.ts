import { suite } from "uvu";
import {
  chunksOf,
  convBlocksOf,
  convInputScratch,
  convRows,
  convStripSize,
  convWeightRows,
  panelsOf,
  panelsSize,
} from "../../lib/runtime/kernel_abi.ts";
import type { KernelVariant } from "../../lib/runtime/kernel_module.ts";
import { sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule } from "../support/kernel_module.ts";

const test = suite("conv2d kernels");

interface Case {
  title: string;
  h: number;
  w: number;
  cin: number;
  cout: number;
  k: number;
  stride: number;
  padding: number;
}

const CASES: readonly Case[] = [
  { title: "5×5, a whole panel and six columns", h: 14, w: 15, cin: 6, cout: 22, k: 5, stride: 1, padding: 0 },
  { title: "3×3, stride 2", h: 17, w: 18, cin: 16, cout: 32, k: 3, stride: 2, padding: 1 },
  { title: "5×5, one channel to six", h: 19, w: 28, cin: 1, cout: 6, k: 5, stride: 1, padding: 2 },
  { title: "1×1", h: 9, w: 9, cin: 5, cout: 17, k: 1, stride: 1, padding: 0 },
  {
    title: "a row of the window longer than a block of terms",
    h: 4,
    w: 7,
    cin: 130,
    cout: 19,
    k: 3,
    stride: 1,
    padding: 1,
  },
];
const N = 9;

/** y, dw chunk by chunk, and dx, of random operands; dx added to ones where `onto` is 1. */
function run(variant: KernelVariant, { h, w, cin, cout, k, stride, padding }: Case, cuts: readonly number[], onto = 0) {
  const module = new KernelModule(variant);
  const { kernels } = module;
  const [oh, ow] = [h, w].map((size) => Math.floor((size + 2 * padding - k) / stride) + 1);
  const terms = k * k * cin;
  const x = module.put(uniform64([N, h, w, cin], 1).data).ptr;
  const weight = module.put(uniform64([terms, cout], 2).data).ptr;
  const dy = module.put(uniform64([N, oh, ow, cout], 3).data).ptr;
  const panels = module.output(panelsSize(terms, cout)).ptr;
  kernels.gemm_pack_b_f32(panels, weight, cout, terms, cout, 1, 0, panelsOf(cout));
  const transposed = module.output(panelsSize(cout, terms)).ptr;
  kernels.gemm_pack_b_f32(transposed, weight, terms, cout, 1, cout, 0, panelsOf(terms));

  const [y, dx] = [module.output(N * oh * ow * cout), module.output(N * h * w * cin)];
  if (onto) dx.data.fill(1);
  const dw = module.output(chunksOf(N) * terms * cout);
  const sizes = [h, w, cin, k, k, stride, padding, oh, ow, cout] as const;
  const strip = (rows: number) => module.output(convStripSize(rows, w, cin, k, stride, padding)).ptr;
  const [forward, weights, inputs] = [strip(convRows(ow)), strip(convWeightRows(ow)), convInputScratch(terms)];
  const input = module.output(inputs).ptr;
  inPieces(N * convBlocksOf(oh, ow), cuts, (from, to) =>
    kernels.conv2d_f32(y.ptr, x, panels, 0, ...sizes, forward, from, to),
  );
  inPieces(chunksOf(N), cuts, (from, to) =>
    kernels.conv2d_backward_weight_f32(dw.ptr, x, dy, N, ...sizes, weights, from, to),
  );
  inPieces(N, cuts, (from, to) =>
    kernels.conv2d_backward_input_f32(dx.ptr, onto, dy, transposed, ...sizes, input, from, to),
  );
  module.checkCanaries();
  return { y: y.data, dw: dw.data, dx: dx.data };
}

for (const sizes of CASES) {
  test(`${sizes.title}: wide kernels give the bits of relaxed ones, wherever ranges are cut`, () => {
    const relaxed = run("relaxed", sizes, []);
    for (const [variant, cuts] of [
      ["relaxed", [1, 4, 7]],
      ["wide", []],
    ] as const) {
      const other = run(variant, sizes, cuts);
      for (const name of ["y", "dw", "dx"] as const) expectClose(other[name], relaxed[name], 0, `${variant}: ${name}`);
    }
  });
}

test("dx is added to what is there, or begins at zeros", () => {
  for (const sizes of [CASES[1], CASES[3]]) {
    const [alone, onto] = [run("relaxed", sizes, [], 0).dx, run("relaxed", sizes, [], 1).dx];
    // All that is added to is 1; where windows overlap, in another order.
    expectClose(
      onto,
      alone.map((value) => value + 1),
      sumTolerance(1, 9 * sizes.cout),
      sizes.title,
    );
  }
});

test.run();
