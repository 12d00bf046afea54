// Muon's step over the hidden layers of the CNN, beside which that of the other optimizers is nothing: optimizers.bench.ts.

import { Muon, type Tensor, tensor } from "../lib/index.ts";
import { cnn } from "../models/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";
import { orthogonal64 } from "./orthogonal64.ts";

const LR = 1e-2;
const STEPS = 5;

export const benchmarks: Benchmark[] = [
  {
    name: "Muon, the hidden layers of the CNN",
    flops: hiddenLayers().reduce((sum, matrix) => sum + flopsOf(sizeOf(matrix)), 0),
    // A step is a hundredth of the weights that it is added to, in f32, and rounding grows with the iteration.
    tolerance: 2e-3,
    setUp() {
      const matrices = hiddenLayers();
      const muon = new Muon(matrices, { lr: LR });
      return {
        run: () => muon.step(),
        error: () => Math.max(...hiddenLayers().map(errorOf)),
        tearDown: () => release(matrices),
      };
    },
  },
];

/** All that is a matrix but the last, with gradients. */
function hiddenLayers(): Tensor<"f32">[] {
  const matrices = cnn({ seed: 0 })
    .parameters()
    .filter(({ shape }) => shape.length > 1)
    .slice(0, -1);
  matrices.forEach((matrix, i) => {
    matrix.grad = tensor(uniform(matrix.size, i + 1), matrix.shape).keep();
  });
  return matrices;
}

function sizeOf({ size, shape }: Tensor<"f32">): [m: number, n: number] {
  const n = shape[shape.length - 1];
  return [size / n, n];
}

function flopsOf([m, n]: [number, number]): number {
  const k = Math.min(m, n);
  return STEPS * (4 * m * n * k + 2 * k ** 3);
}

/** Of the first step, in which the momentum is the gradient, and so is the direction. */
function errorOf(matrix: Tensor<"f32">): number {
  const [m, n] = sizeOf(matrix);
  const kept = Float64Array.from(matrix.data);
  const orthogonal = orthogonal64(matrix.grad?.data ?? [], m, n);
  new Muon([matrix], { lr: LR, weightDecay: 0 }).step();
  const moved = Array.from(matrix.data, (value, i) => value - kept[i]);
  release([matrix]);
  return sampledError(moved, (i) => -LR * 0.2 * Math.sqrt(Math.max(m, n)) * orthogonal[i], 5000);
}

function release(matrices: readonly Tensor<"f32">[]): void {
  for (const matrix of matrices) {
    matrix.grad?.dispose();
    matrix.dispose();
  }
}
