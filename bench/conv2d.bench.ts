// The three convolutions of the CNN at batch 64: 3×3, stride 1, padding 1; and a 5×5, which goes by implicit GEMM.
// Flops are those of the definition: Winograd needs a quarter to a third of them, and may pass the peak.

import { conv2d } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { convolution64 } from "./convolution64.ts";
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
  const { forward, inputGradient, weightGradient, biasGradient } = convolution64({ batch: BATCH, size, cin, cout, k });
  return {
    name: `conv2d ${k}×${k} ${size}×${size}×${cin}→${cout}`,
    inputs: [[BATCH, size, size, cin], [k, k, cin, cout], [cout]],
    run: (x, w, b) => conv2d(x, w, b, { padding }),
    work: { flops },
    tolerance: 1e-5,
    reference: ([x, w, b]) => forward(x, w, b),
    backward: {
      // The first layer's input is data and has no gradient.
      work: { flops: isFirst ? flops : 2 * flops },
      reference: ([x, w], dy) => [isFirst ? null : inputGradient(w, dy), weightGradient(x, dy), biasGradient(dy)],
    },
  };
}

export const benchmarks: Benchmark[] = LAYERS.map(convolution).flatMap(benchmarksOf);
