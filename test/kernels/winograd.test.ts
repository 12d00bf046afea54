import { suite } from "uvu";
import {
  chunksOf,
  panelsOf,
  winogradFilterScratch,
  winogradFilterSize,
  winogradGroupsOf,
  winogradScratch,
} from "../../lib/runtime/kernel_abi.ts";
import { all64, maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { conv2d64, conv2dGradients64 } from "../../lib/selftest/windows64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

/** What 36 products, transformed twice in two dimensions, may lose, relative to the largest result. */
const RELATIVE_ERROR = 1e-5;

interface Sizes {
  n: number;
  h: number;
  w: number;
  cin: number;
  cout: number;
}

function run(variant: "simd" | "relaxed" | "wide", sizes: Sizes, cuts: readonly number[] = []) {
  const { n, h, w, cin, cout } = sizes;
  const module = new KernelModule(variant);
  const { kernels } = module;
  const shapes = [[n, h, w, cin], [3, 3, cin, cout], [cout], [n, h, w, cout]];
  const [x, weight, bias, dy] = shapes.map((shape, i) => uniform64(shape, i + 1));
  const [xPtr, wPtr, biasPtr, dyPtr] = [x, weight, bias, dy].map(({ data }) => module.put(data).ptr);
  const u = module.output(winogradFilterSize(cin, cout)).ptr;
  const ut = module.output(winogradFilterSize(cout, cin)).ptr;
  const scratch = module.output(Math.max(winogradScratch(h, w, cin, cout), winogradFilterScratch(cout))).ptr;
  kernels.winograd_filter_f32(u, wPtr, cin, cout, 0, scratch, 0, panelsOf(cin));
  kernels.winograd_filter_f32(ut, wPtr, cin, cout, 1, scratch, 0, panelsOf(cin));
  const y = module.output(dy.data.length);
  const groups = winogradGroupsOf(n, h, w);
  const chunks = chunksOf(n);
  const dx = module.output(x.data.length);
  const partial = module.output(chunks * weight.data.length);
  for (const [from, to] of ranges(groups, cuts)) {
    kernels.winograd_f32(y.ptr, xPtr, u, biasPtr, n, h, w, cin, cout, scratch, from, to);
  }
  for (const [from, to] of ranges(chunks, cuts)) {
    kernels.winograd_backward_f32(dx.ptr, 0, partial.ptr, dyPtr, xPtr, ut, n, h, w, cin, cout, scratch, from, to);
  }
  module.checkCanaries();
  const dw = new Float64Array(weight.data.length);
  partial.data.forEach((value, i) => {
    dw[i % weight.data.length] += value;
  });

  const y64 = conv2d64({ padding: 1 })(x, weight, bias);
  const gradients = conv2dGradients64({ padding: 1 })(x, weight, dy);
  const expected = { y: all64(y64).data, dx: all64(gradients.dx).data, dw: all64(gradients.dw).data };
  return { actual: { y: y.data, dx: dx.data, dw }, partial: partial.data, expected };
}

function ranges(count: number, cuts: readonly number[]): [number, number][] {
  const bounds = [0, ...cuts.filter((cut) => cut < count), count];
  return bounds.slice(1).map((to, i) => [bounds[i], to]);
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`winograd (${variant})`);

  test("values and gradients agree with the definition on every map size from 1 to 9, and on 14 and 28", () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((h) => ({ n: 2, h, w: 10 - h, cin: 4, cout: 8 }));
    sizes.push({ n: 3, h: 14, w: 14, cin: 8, cout: 12 }, { n: 1, h: 28, w: 28, cin: 4, cout: 4 });
    sizes.push({ n: 19, h: 7, w: 7, cin: 12, cout: 20 });
    sizes.push({ n: 2, h: 3, w: 6, cin: 36, cout: 4 }, { n: 2, h: 3, w: 6, cin: 4, cout: 36 });
    sizes.push({ n: 10, h: 14, w: 13, cin: 4, cout: 4 }); // groups of 4: two of a chunk, and one of the next
    for (const size of sizes) {
      const { actual, expected } = run(variant, size);
      for (const name of ["y", "dx", "dw"] as const) {
        expectClose(
          actual[name],
          expected[name],
          RELATIVE_ERROR * maxAbs(expected[name]),
          `${name} ${JSON.stringify(size)}`,
        );
      }
    }
  });

  test("the cut of a range changes no bit, nor does the batch around an image", () => {
    const size = { n: 20, h: 6, w: 7, cin: 4, cout: 8 };
    const whole = run(variant, size);
    const cut = run(variant, size, [1, 2]);
    expectClose(cut.actual.y, whole.actual.y, 0, "y");
    expectClose(cut.actual.dx, whole.actual.dx, 0, "dx");
    expectClose(cut.partial, whole.partial, 0, "dw");
    const fewer = run(variant, { ...size, n: 11 });
    expectClose(fewer.actual.y, whole.actual.y.subarray(0, fewer.actual.y.length), 0, "y of the first images");
    expectClose(fewer.actual.dx.slice(0, 10 * 168), whole.actual.dx.slice(0, 10 * 168), 1, "dx of the first images");
  });

  test.run();
}

const test = suite("winograd (relaxed and wide)");

test("eight channels at a time give the bits of four, whatever is left over", () => {
  for (const channels of [4, 8, 12, 20]) {
    for (const sizes of [
      { n: 2, h: 7, w: 4, cin: channels, cout: 8 },
      { n: 1, h: 5, w: 8, cin: 4, cout: channels },
    ]) {
      const [relaxed, wide] = (["relaxed", "wide"] as const).map((variant) => run(variant, sizes));
      for (const name of ["y", "dx"] as const) {
        expectClose(wide.actual[name], relaxed.actual[name], 0, `${name}, ${JSON.stringify(sizes)}`);
      }
      expectClose(wide.partial, relaxed.partial, 0, `dw, ${JSON.stringify(sizes)}`);
    }
  }
});

test.run();
