// The three convolutions of the CNN at batch 64: 3×3, stride 1, padding 1; and a 5×5, which goes by implicit GEMM.
// Flops are those of the definition: Winograd needs a quarter to a third of them, and may pass the peak.

import { conv2d } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Exact, type Numbers, type Operation, unravel } from "./operation.ts";

const BATCH = 64;
const LAYERS = [
  { size: 28, cin: 1, cout: 32, k: 3 },
  { size: 14, cin: 32, cout: 64, k: 3 },
  { size: 7, cin: 64, cout: 128, k: 3 },
  { size: 14, cin: 32, cout: 64, k: 5 },
] as const;

function convolution({ size, cin, cout, k }: (typeof LAYERS)[number]): Operation {
  const flops = 2 * BATCH * size * size * k * k * cin * cout;
  const padding = (k - 1) / 2;
  const isFirst = cin === 1;
  const isInside = (i: number, j: number): boolean => i >= 0 && i < size && j >= 0 && j < size;
  /** Σ over the window of a[n, i + r − padding, j + s − padding, ·]·(what stands at r, s). */
  const window = (
    i: number,
    j: number,
    term: (row: number, column: number, r: number, s: number) => number,
  ): number => {
    let total = 0;
    for (let r = 0; r < k; r++) {
      for (let s = 0; s < k; s++) {
        const [row, column] = [i + r - padding, j + s - padding];
        if (isInside(row, column)) total += term(row, column, r, s);
      }
    }
    return total;
  };
  const channels = (count: number, term: (c: number) => number): number => {
    let total = 0;
    for (let c = 0; c < count; c++) total += term(c);
    return total;
  };
  const pixel = (n: number, i: number, j: number): number => (n * size + i) * size + j;

  const forward = ([x, w, b]: readonly Numbers[]): Exact => {
    return (at) => {
      const [n, i, j, o] = unravel(at, [BATCH, size, size, cout]);
      return (
        window(i, j, (row, column, r, s) =>
          channels(cin, (c) => x[pixel(n, row, column) * cin + c] * w[((r * k + s) * cin + c) * cout + o]),
        ) + b[o]
      );
    };
  };
  const inputGradient =
    (w: Numbers, dy: Numbers): Exact =>
    (at) => {
      const [n, i, j, c] = unravel(at, [BATCH, size, size, cin]);
      return window(i, j, (row, column, r, s) =>
        channels(
          cout,
          (o) => dy[pixel(n, row, column) * cout + o] * w[(((k - 1 - r) * k + k - 1 - s) * cin + c) * cout + o],
        ),
      );
    };
  const weightGradient =
    (x: Numbers, dy: Numbers): Exact =>
    (at) => {
      const [r, s, c, o] = unravel(at, [k, k, cin, cout]);
      let total = 0;
      for (let n = 0; n < BATCH; n++) {
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const [row, column] = [i + r - padding, j + s - padding];
            if (isInside(row, column)) total += x[pixel(n, row, column) * cin + c] * dy[pixel(n, i, j) * cout + o];
          }
        }
      }
      return total;
    };
  const biasGradient =
    (dy: Numbers): Exact =>
    (o) =>
      channels(BATCH * size * size, (p) => dy[p * cout + o]);

  return {
    name: `conv2d ${k}×${k} ${size}×${size}×${cin}→${cout}`,
    inputs: [[BATCH, size, size, cin], [k, k, cin, cout], [cout]],
    run: (x, w, b) => conv2d(x, w, b, { padding }),
    work: { flops },
    tolerance: 1e-5,
    reference: forward,
    backward: {
      // The first layer's input is data and has no gradient.
      work: { flops: isFirst ? flops : 2 * flops },
      reference: ([x, w], dy) => [isFirst ? null : inputGradient(w, dy), weightGradient(x, dy), biasGradient(dy)],
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(convolution).flatMap(benchmarksOf);
