import { suite } from "uvu";
import { type Array64, array64, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { expectClose } from "../support/expect_close.ts";
import { inPieces, KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";
import { average, largest, pool64, strided, type Windows } from "../support/pool64.ts";

/** Windows as kernels/shared/window.ts reads them, cut to the image. */
function putWindows(module: KernelModule, windows: Windows, size: number): number {
  const inside = Array.from({ length: windows.count }, (_, i) =>
    windows.places(i).filter((place) => place >= 0 && place < size),
  );
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

function setUp(module: KernelModule, rows: Windows, cols: Windows, c: number) {
  const x = uniform64([N, H, W, c], 1);
  const dy = uniform64([N, rows.count, cols.count, c], 2);
  return {
    x,
    dy,
    xPtr: module.put(x.data).ptr,
    dyPtr: module.put(dy.data).ptr,
    y: module.output(dy.data.length),
    dx: module.output(x.data.length),
    tables: [putWindows(module, rows, H), putWindows(module, cols, W)] as const,
    sizes: [H, W, c, rows.count, cols.count] as const,
  };
}

function maxPool(module: KernelModule, k: number, s: number, c: number, indexBytes: number, cuts: number[]): Run {
  const { kernels } = module;
  const [rows, cols] = [strided(H, k, s, 0), strided(W, k, s, 0)];
  const { x, dy, xPtr, dyPtr, y, dx, tables, sizes } = setUp(module, rows, cols, c);
  const argmax = module.output(Math.ceil((y.data.length * indexBytes) / 4)).ptr;
  inPieces(N * rows.count, cuts, (from, to) =>
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
  const [rows, cols] = [strided(H, k, s, 0), strided(W, k, s, 0)];
  const { x, dy, xPtr, dyPtr, y, dx, tables, sizes } = setUp(module, rows, cols, c);
  inPieces(N * rows.count, cuts, (from, to) => kernels.avg_pool2d_f32(y.ptr, xPtr, ...tables, ...sizes, 0, from, to));
  inPieces(N * H, cuts, (from, to) =>
    kernels.avg_pool2d_backward_f32(dx.ptr, dyPtr, ...tables, ...sizes, k * k, from, to),
  );
  module.checkCanaries();
  return { x, dy, y: y.data.slice(), dx: dx.data.slice() };
}

/** dx, each dy being dealt out to the places of its window in the given shares. */
function scatter({ x, dy }: Run, k: number, s: number, share: (value: number, window: number[]) => number): Array64 {
  const dx = array64(x.shape);
  const [, h, w, c] = x.shape;
  const [, oh, ow] = dy.shape;
  dy.data.forEach((gradient, at) => {
    const [j, i] = [Math.floor(at / c) % ow, Math.floor(at / c / ow) % oh];
    const image = Math.floor(at / c / ow / oh);
    const places = Array.from({ length: k * k }, (_, q) => {
      const [r, t] = [i * s + Math.floor(q / k), j * s + (q % k)];
      return ((image * h + r) * w + t) * c + (at % c);
    });
    const values = places.map((place) => x.data[place]);
    for (const place of places) dx.data[place] += gradient * share(x.data[place], values);
  });
  return dx;
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
        const [rows, cols] = [strided(H, k, s, 0), strided(W, k, s, 0)];
        for (const indexBytes of [1, 4]) {
          const max = maxPool(module, k, s, c, indexBytes, []);
          expectClose(max.y, pool64(max.x, rows, cols, Number.NEGATIVE_INFINITY, largest).data, 0, `max ${label}`);
          const dx = scatter(max, k, s, (value, window) => (value === largest(window) ? 1 : 0));
          expectClose(max.dx, dx.data, sumTolerance(1, k * k), `dx of max ${label}`);
        }
        const avg = avgPool(module, k, s, c, []);
        expectClose(avg.y, pool64(avg.x, rows, cols, 0, average).data, sumTolerance(1, 2), `average ${label}`);
        const dx = scatter(avg, k, s, () => 1 / (k * k));
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
