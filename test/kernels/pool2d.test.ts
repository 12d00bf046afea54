import { suite } from "uvu";
import { type Array64, all64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import {
  avgPooling64,
  maxPooling64,
  pool2d64,
  pool2dGradient64,
  strided64,
  type Windows64,
} from "../../lib/selftest/windows64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

/** Windows as kernels/shared/window.ts reads them, cut to the image. */
function putWindows(module: KernelModule, windows: Windows64, size: number): number {
  const inside = windows.map((places) => places.filter((place) => place >= 0 && place < size));
  const covering = Array.from({ length: size }, (_, place) => inside.flatMap((w, i) => (w.includes(place) ? [i] : [])));
  const entries = [...inside, ...covering].flatMap((run) =>
    run.length > 0 ? [run[0], run[run.length - 1] + 1] : [0, 0],
  );
  const { ptr, data } = module.put(new Float32Array(entries.length));
  new Uint32Array(data.buffer, ptr, entries.length).set(entries);
  return ptr;
}

const N = 2;
const H = 5;
const W = 6;

interface Run {
  x: Array64;
  dy: Array64;
  y: Float32Array;
  dx: Float32Array;
}

function setUp(module: KernelModule, rows: Windows64, cols: Windows64, c: number) {
  const x = uniform64([N, H, W, c], 1);
  const dy = uniform64([N, rows.length, cols.length, c], 2);
  return {
    x,
    dy,
    xPtr: module.put(x.data).ptr,
    dyPtr: module.put(dy.data).ptr,
    y: module.output(dy.data.length),
    dx: module.output(x.data.length),
    tables: [putWindows(module, rows, H), putWindows(module, cols, W)] as const,
    sizes: [H, W, c, rows.length, cols.length] as const,
  };
}

function maxPool(module: KernelModule, k: number, s: number, c: number, indexBytes: number, cuts: number[]): Run {
  const { kernels } = module;
  const [rows, cols] = [strided64(H, k, s, 0), strided64(W, k, s, 0)];
  const { x, dy, xPtr, dyPtr, y, dx, tables, sizes } = setUp(module, rows, cols, c);
  const argmax = module.output(Math.ceil((y.data.length * indexBytes) / 4)).ptr;
  inPieces(N * rows.length, cuts, (from, to) =>
    kernels.max_pool2d_f32(y.ptr, argmax, indexBytes, xPtr, ...tables, ...sizes, k, from, to),
  );
  inPieces(N * H, cuts, (from, to) =>
    kernels.max_pool2d_backward_f32(dx.ptr, dyPtr, argmax, indexBytes, ...tables, ...sizes, k, from, to),
  );
  module.checkCanaries();
  return { x, dy, y: y.data.slice(), dx: dx.data.slice() };
}

function avgPool(module: KernelModule, k: number, s: number, c: number, cuts: number[]): Run {
  const { kernels } = module;
  const [rows, cols] = [strided64(H, k, s, 0), strided64(W, k, s, 0)];
  const { x, dy, xPtr, dyPtr, y, dx, tables, sizes } = setUp(module, rows, cols, c);
  inPieces(N * rows.length, cuts, (from, to) => kernels.avg_pool2d_f32(y.ptr, xPtr, ...tables, ...sizes, 0, from, to));
  inPieces(N * H, cuts, (from, to) =>
    kernels.avg_pool2d_backward_f32(dx.ptr, dyPtr, ...tables, ...sizes, k * k, from, to),
  );
  module.checkCanaries();
  return { x, dy, y: y.data.slice(), dx: dx.data.slice() };
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`max_pool2d_f32 and avg_pool2d_f32 (${variant})`);

  test("values and gradients agree with the references, for any number of channels", () => {
    const module = new KernelModule(variant);
    for (const c of TAIL_SIZES) {
      for (const [k, s] of [
        [2, 2],
        [3, 1],
        [2, 3],
      ]) {
        const label = `${k}×${k}, stride ${s}, ${c} channels`;
        const [largest, average] = [maxPooling64, avgPooling64].map((of) => of({ kernelSize: k, stride: s }));
        const [values, gradients] = [pool2d64, pool2dGradient64];
        for (const indexBytes of [1, 4]) {
          const max = maxPool(module, k, s, c, indexBytes, []);
          expectClose(max.y, all64(values(largest)(max.x)).data, 0, `max ${label}`);
          const dx = all64(gradients(largest)(max.x, max.dy));
          expectClose(max.dx, dx.data, sumTolerance(1, k * k), `dx of max ${label}`);
        }
        const avg = avgPool(module, k, s, c, []);
        expectClose(avg.y, all64(values(average)(avg.x)).data, sumTolerance(1, 2), `average ${label}`);
        const dx = all64(gradients(average)(avg.x, avg.dy));
        expectClose(avg.dx, dx.data, sumTolerance(1 / k, k * k), `dx of average ${label}`);
      }
    }
  });

  test("the cut of a range changes no bit", () => {
    for (const [k, s] of [
      [2, 2],
      [3, 1],
    ]) {
      const results = [[], [1, 3, 4, 7]].map((cuts) => {
        const max = maxPool(new KernelModule(variant), k, s, 7, 1, cuts);
        const avg = avgPool(new KernelModule(variant), k, s, 19, cuts);
        return [max.y, max.dx, avg.y, avg.dx];
      });
      results[0].forEach((whole, i) => {
        expectClose(results[1][i], whole, 0, `result ${i} of ${k}×${k}`);
      });
    }
  });

  test.run();
}
