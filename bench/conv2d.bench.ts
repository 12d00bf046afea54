// The three convolutions of the CNN at batch 64: 3×3, stride 1, padding 1; and a 5×5, which goes by implicit GEMM.
// Flops are those of the definition: Winograd needs a quarter to a third of them, and may pass the peak.

import { conv2d } from "../lib/index.ts";
import { conv2d64, conv2dGradients64 } from "../lib/selftest/windows64.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

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
  return {
    name: `conv2d ${k}×${k} ${size}×${size}×${cin}→${cout}`,
    inputs: [[BATCH, size, size, cin], [k, k, cin, cout], [cout]],
    run: (x, w, b) => conv2d(x, w, b, { padding }),
    work: { flops },
    tolerance: 1e-5,
    reference: conv2d64({ padding }),
    backward: {
      // The first layer's input is data and has no gradient.
      work: { flops: isFirst ? flops : 2 * flops },
      reference([x, w], dy) {
        const { dx, dw, db } = conv2dGradients64({ padding })(x, w, dy);
        return [isFirst ? null : dx, dw, db];
      },
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(convolution).flatMap(benchmarksOf);
