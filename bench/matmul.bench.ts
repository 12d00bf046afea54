// The matrix products of training: A·B forward, then dA = dC·Bᵀ and dB = Aᵀ·dC.

import { matmul } from "../lib/index.ts";
import { matmul64, matmulGradients64 } from "../lib/selftest/ops64.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Operation } from "./operation.ts";

const SIZES = [
  [64, 10, 784],
  [128, 128, 128],
  [480, 480, 480],
  [128, 1024, 1024],
] as const;

function product([m, n, k]: (typeof SIZES)[number]): Operation {
  const flops = 2 * m * n * k;
  const isWide = n >= 128;
  return {
    name: `matmul ${m}×${n}×${k}`,
    inputs: [
      [m, k],
      [k, n],
    ],
    run: matmul,
    work: { flops },
    kernels: isWide ? { gemm_columns_f32: { flops } } : { gemm_f32: { flops } },
    tolerance: 1e-5,
    reference: matmul64,
    backward: {
      work: { flops: 2 * flops },
      // Of the narrow one each of the two goes by another kernel.
      kernels: isWide ? { gemm_columns_f32: { flops: 2 * flops } } : {},
      reference([a, b], dc) {
        const { da, db } = matmulGradients64(a, b, dc);
        return [da, db];
      },
    },
  };
}

export const benchmarks: Benchmark[] = SIZES.map(product).flatMap(benchmarksOf);
