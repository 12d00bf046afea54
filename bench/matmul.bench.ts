// The matrix products of training: A·B forward, then dA = dC·Bᵀ and dB = Aᵀ·dC.

import { matmul } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { benchmarksOf, type Exact, type Operation } from "./operation.ts";

const SIZES = [
  [64, 10, 784],
  [128, 128, 128],
  [480, 480, 480],
] as const;

function product([m, n, k]: (typeof SIZES)[number]): Operation {
  const flops = 2 * m * n * k;
  const dot = (length: number, term: (p: number) => number): number => {
    let total = 0;
    for (let p = 0; p < length; p++) total += term(p);
    return total;
  };
  return {
    name: `matmul ${m}×${n}×${k}`,
    inputs: [
      [m, k],
      [k, n],
    ],
    run: matmul,
    work: { flops },
    kernels: { gemm_f32: { flops } },
    tolerance: 1e-5,
    reference:
      ([a, b]) =>
      (at) =>
        dot(k, (p) => a[Math.floor(at / n) * k + p] * b[p * n + (at % n)]),
    backward: {
      work: { flops: 2 * flops },
      kernels: { gemm_f32: { flops: 2 * flops } },
      reference([a, b], dc) {
        const da: Exact = (at) => dot(n, (j) => dc[Math.floor(at / k) * n + j] * b[(at % k) * n + j]);
        const db: Exact = (at) => dot(m, (i) => a[i * k + Math.floor(at / n)] * dc[i * n + (at % n)]);
        return [da, db];
      },
    },
  };
}

export const benchmarks: Benchmark[] = SIZES.map(product).flatMap(benchmarksOf);
