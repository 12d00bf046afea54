// The matrix products of training: A·B forward, then dA = dC·Bᵀ and dB = Aᵀ·dC.

import { backward, matmul, mul, sum, tensor } from "../lib/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const SIZES = [
  [64, 10, 784],
  [128, 128, 128],
  [512, 512, 512],
] as const;

export const benchmarks: Benchmark[] = SIZES.flatMap(([m, n, k]) => [forward(m, n, k), training(m, n, k)]);

function operands(m: number, n: number, k: number) {
  const a = tensor(uniform(m * k, 1), [m, k]).keep();
  const b = tensor(uniform(k * n, 2), [k, n]).keep();
  const exact = (at: number): number => {
    let total = 0;
    for (let p = 0; p < k; p++) total += a.data[Math.floor(at / n) * k + p] * b.data[p * n + (at % n)];
    return total;
  };
  return { a, b, exact };
}

function forward(m: number, n: number, k: number): Benchmark {
  return {
    name: `matmul ${m}×${n}×${k}`,
    flops: 2 * m * n * k,
    tolerance: 1e-5,
    setUp: () => {
      const { a, b, exact } = operands(m, n, k);
      return { run: () => void matmul(a, b), error: () => sampledError(matmul(a, b).data, exact) };
    },
  };
}

function training(m: number, n: number, k: number): Benchmark {
  return {
    name: `matmul ${m}×${n}×${k} and its gradients`,
    flops: 6 * m * n * k,
    tolerance: 1e-5,
    setUp: () => {
      const { a, b } = operands(m, n, k);
      const dc = tensor(uniform(m * n, 3), [m, n]).keep();
      a.requiresGrad = true;
      b.requiresGrad = true;
      const run = (): void => {
        for (const operand of [a, b]) {
          operand.grad?.dispose();
          operand.grad = null;
        }
        backward(sum(mul(matmul(a, b), dc)));
      };
      const exact = (at: number): number => {
        let total = 0;
        for (let i = 0; i < m; i++) total += a.data[i * k + Math.floor(at / n)] * dc.data[i * n + (at % n)];
        return total;
      };
      return {
        run,
        error: () => {
          run();
          return sampledError(b.grad?.data ?? [], exact);
        },
      };
    },
  };
}
