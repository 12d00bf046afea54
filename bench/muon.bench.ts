// Muon's step over the hidden layers of the CNN, beside which that of the other optimizers is nothing: optimizers.bench.ts.

import { Muon, type Tensor, tensor } from "../lib/index.ts";
import { array64 } from "../lib/selftest/array64.ts";
import { muonStep64 } from "../lib/selftest/optim64.ts";
import { cnn } from "../models/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

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
  const p = { shape: [m, n], data: Float64Array.from(matrix.data) };
  const [momentum, g] = [array64([m, n]), { shape: [m, n], data: matrix.grad?.data ?? [] }];
  const options = { lr: LR, momentum: 0.95, weightDecay: 0 };
  const exact = muonStep64({ p, m: momentum }, g, options).p;
  new Muon([matrix], options).step();
  const moved = Array.from(matrix.data, (value, i) => value - p.data[i]);
  release([matrix]);
  return sampledError(moved, (i) => exact.data[i] - p.data[i], 5000);
}

function release(matrices: readonly Tensor<"f32">[]): void {
  for (const matrix of matrices) {
    matrix.grad?.dispose();
    matrix.dispose();
  }
}
