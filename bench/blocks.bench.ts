// The blocks of the CNN at batch 64, as Sequential computes them: convolution, BatchNorm, ReLU and pooling in one go.
// Flops are those of the convolution by its definition; the rest is small beside them.

import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  loadStateDict,
  MaxPool2d,
  noGrad,
  ReLU,
  Sequential,
  type StoredTensor,
  scope,
  stateDict,
  type Tensor,
  tensor,
} from "../lib/index.ts";
import { type Block64, convBlock64 } from "../lib/selftest/layers64.ts";
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, type Prepared, sampledError, uniform } from "./benchmark.ts";

const BATCH = 64;
/** The blocks of the CNN. */
const LAYERS = [
  { size: 28, cin: 1, cout: 32, pool: "max" },
  { size: 14, cin: 32, cout: 64, pool: "max" },
  { size: 7, cin: 64, cout: 128, pool: "mean" },
] as const;
type Layer = (typeof LAYERS)[number];

const TOLERANCE = 1e-5;
const GRADIENT_SAMPLES = 100;
/** What f32 may decide differently from f64: which of two values so close is the larger, or which so small is positive. */
const UNDECIDED = 1e-4;

const title = ({ size, cin, cout, pool }: Layer): string => `block 3×3 ${size}×${size}×${cin}→${cout}, ${pool}`;
const flops = ({ size, cin, cout }: Layer): number => 2 * BATCH * size * size * 9 * cin * cout;

export const benchmarks: Benchmark[] = LAYERS.flatMap((layer) => [forward(layer), backward(layer), evaluation(layer)]);

/** A block with factors and statistics other than 0 and 1. */
function operands({ size, cin, cout, pool }: Layer) {
  const block = new Sequential(
    {
      conv: new Conv2d(cin, cout, 3, { padding: 1 }),
      bn: new BatchNorm2d(cout),
      relu: new ReLU(),
      pool: pool === "max" ? new MaxPool2d(2) : new AdaptiveAvgPool2d(1),
    },
    { seed: 0 },
  );
  const state: Record<string, StoredTensor> = stateDict(block);
  for (const [at, name] of ["weight", "bias", "running_mean", "running_var"].entries()) {
    const { data } = state[`bn.${name}`];
    const middle = at === 0 || at === 3 ? 1 : 0;
    (data as Float32Array).set(uniform(cout, at + 1).map((value) => middle + 0.3 * value));
  }
  loadStateDict(block, state);
  const x = tensor(uniform(BATCH * size * size * cin, 1), [BATCH, size, size, cin]).keep();
  const [w, b, gamma, beta] = block.parameters();
  const [mean, variance] = block.namedBuffers().map(([, { data }]) => Array.from(data));
  const exact = (isTraining: boolean): Block64 =>
    convBlock64({ pool, ...(isTraining ? {} : { running: { mean, variance } }) })({ x, w, b, gamma, beta });
  const tearDown = (): void => {
    x.dispose();
    for (const [, each] of [...block.namedParameters(), ...block.namedBuffers()]) each.dispose();
  };
  return { block, x, exact, tearDown };
}

/** Recorded on the tape. */
function forward(layer: Layer): Benchmark {
  const setUp = (): Prepared => {
    const { block, x, exact, tearDown } = operands(layer);
    const run = (): Tensor<"f32"> => block.forward(x);
    const error = (): number => {
      const { z } = exact(true);
      return scope(() => sampledError(run().data, z.at));
    };
    return { run: () => void run(), error, tearDown };
  };
  return { name: title(layer), flops: flops(layer), tolerance: TOLERANCE, setUp };
}

function evaluation(layer: Layer): Benchmark {
  const setUp = (): Prepared => {
    const { block, x, exact, tearDown } = operands(layer);
    block.eval();
    const run = (): Tensor<"f32"> => noGrad(() => block.forward(x));
    const error = (): number => {
      const { z } = exact(false);
      return scope(() => sampledError(run().data, z.at));
    };
    return { run: () => void run(), error, tearDown };
  };
  return { name: `${title(layer)}, evaluation`, flops: flops(layer), tolerance: TOLERANCE, setUp };
}

/** dx, but for the first layer, whose input is data; dw, dgamma, dbeta. */
function backward(layer: Layer): Benchmark {
  const isFirst = layer.cin === 1;
  const setUp = (): Prepared => {
    const { block, x, exact, tearDown } = operands(layer);
    x.requiresGrad = !isFirst;
    const reference = exact(true);
    const z = block.forward(x).keep();
    const dz = tensor(uniform(z.size, 2), z.shape).keep();
    leaveUndecidedOut(reference, dz.data);
    const { dx, dw, dgamma, dbeta } = reference.gradients(dz);
    const expected = [isFirst ? null : dx, dw, dgamma, dbeta];
    const [w, , gamma, beta] = block.parameters();
    const inputs = [x, w, gamma, beta];
    const run = () => backwardOf(z, dz, inputs);
    const error = (): number =>
      scope(() => {
        const actual = run();
        const errors = expected.map((of, at) =>
          of ? sampledError(actual[at]?.data ?? [], of.at, GRADIENT_SAMPLES) : 0,
        );
        return Math.max(...errors);
      });
    return {
      run: () => void run(),
      error,
      tearDown() {
        z.node?.dispose();
        for (const each of [z, dz]) each.dispose();
        tearDown();
      },
    };
  };
  const work = isFirst ? flops(layer) : 2 * flops(layer);
  return { name: `${title(layer)}, backward`, flops: work, tolerance: TOLERANCE, setUp };
}

/** No gradient comes from where rounding decides. */
function leaveUndecidedOut({ margin }: Block64, dz: Float32Array): void {
  for (let at = 0; at < dz.length; at++) if (margin.at(at) < UNDECIDED) dz[at] = 0;
}
