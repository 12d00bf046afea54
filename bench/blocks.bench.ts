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
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, type Prepared, sampledError, uniform } from "./benchmark.ts";
import { convolution64 } from "./convolution64.ts";
import type { Exact } from "./operation.ts";
import { type Block64, block64, LAYERS, type Layer, toState64 } from "./reference64.ts";

const BATCH = 64;
const TOLERANCE = 1e-5;
const GRADIENT_SAMPLES = 100;
/** What f32 may decide otherwise than f64: which of two values so close is the larger, or which so small is positive. */
const UNDECIDED = 1e-4;

const title = ({ size, cin, cout, pool }: Layer): string => `block 3×3 ${size}×${size}×${cin}→${cout}, ${pool}`;
const flops = ({ size, cin, cout }: Layer): number => 2 * BATCH * size * size * 9 * cin * cout;

export const benchmarks: Benchmark[] = LAYERS.flatMap((layer) => [forward(layer), backward(layer), evaluation(layer)]);

/** The block under the names of the CNN's layers, with factors and statistics other than 0 and 1. */
function operands({ i, size, cin, cout, pool }: Layer) {
  const block = new Sequential(
    {
      [`conv${i}`]: new Conv2d(cin, cout, 3, { padding: 1 }),
      [`bn${i}`]: new BatchNorm2d(cout),
      relu: new ReLU(),
      pool: pool === "max" ? new MaxPool2d(2) : new AdaptiveAvgPool2d(1),
    },
    { seed: 0 },
  );
  const state: Record<string, StoredTensor> = stateDict(block);
  for (const [at, name] of ["weight", "bias", "running_mean", "running_var"].entries()) {
    const { data } = state[`bn${i}.${name}`];
    const middle = at === 0 || at === 3 ? 1 : 0;
    (data as Float32Array).set(uniform(cout, at + 1).map((value) => middle + 0.3 * value));
  }
  loadStateDict(block, state, "the benchmark");
  const x = tensor(uniform(BATCH * size * size * cin, 1), [BATCH, size, size, cin]).keep();
  const exact = (isTraining: boolean): Block64 =>
    block64(toState64(stateDict(block)), { i, size, cin, cout, pool } as Layer, Float64Array.from(x.data), isTraining);
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
      return scope(() => sampledError(run().data, (at) => z[at]));
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
      return scope(() => sampledError(run().data, (at) => z[at]));
    };
    return { run: () => void run(), error, tearDown };
  };
  return { name: `${title(layer)}, evaluation`, flops: flops(layer), tolerance: TOLERANCE, setUp };
}

/** dx, but for the first layer, whose input is data; dw, dgamma, dbeta. */
function backward(layer: Layer): Benchmark {
  const isFirst = layer.i === 1;
  const setUp = (): Prepared => {
    const { block, x, exact, tearDown } = operands(layer);
    x.requiresGrad = !isFirst;
    const reference = exact(true);
    const z = block.forward(x).keep();
    const dz = tensor(uniform(z.size, 2), z.shape).keep();
    leaveUndecidedOut(layer, reference, dz.data);
    const [w, , gamma, beta] = block.parameters();
    const inputs = [x, w, gamma, beta];
    const run = () => backwardOf(z, dz, inputs);
    const error = (): number =>
      scope(() => {
        const actual = run();
        const expected = gradients(layer, reference, { x: x.data, w: w.data, gamma: gamma.data, dz: dz.data });
        const errors = expected.map((of, at) => (of ? sampledError(actual[at]?.data ?? [], of, GRADIENT_SAMPLES) : 0));
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

/** Where the elements of h lie that the at-th of z is made of: a window, or a whole map. */
function sourcesOf({ size, cout, pool }: Layer, at: number): number[] {
  const [channel, pixel] = [at % cout, Math.floor(at / cout)];
  if (pool === "mean") {
    return Array.from({ length: size * size }, (_, p) => (pixel * size * size + p) * cout + channel);
  }
  const half = size / 2;
  const corner = (2 * Math.floor(pixel / half) * size + 2 * (pixel % half)) * cout + channel;
  return [corner, corner + cout, corner + size * cout, corner + (size + 1) * cout];
}

/** No gradient comes from where rounding decides. */
function leaveUndecidedOut(layer: Layer, { h }: Block64, dz: Float32Array): void {
  for (let at = 0; at < dz.length; at++) {
    const values = sourcesOf(layer, at)
      .map((source) => h[source])
      .sort((a, b) => b - a);
    const isTie = layer.pool === "max" && values[0] - values[1] < UNDECIDED;
    const nearZero = (layer.pool === "max" ? values.slice(0, 1) : values).some((v) => Math.abs(v) < UNDECIDED);
    if (isTie || nearZero) dz[at] = 0;
  }
}

interface Given {
  x: Float32Array;
  w: Float32Array;
  gamma: Float32Array;
  dz: Float32Array;
}

/** In f64, in the order of backward's inputs. */
function gradients(layer: Layer, { y, mean, inverse, h }: Block64, { x, w, gamma, dz }: Given): (Exact | null)[] {
  const { i, size, cin, cout: c, pool } = layer;
  const pixels = y.length / c;
  const dh = new Float64Array(y.length);
  for (let at = 0; at < dz.length; at++) {
    const sources = sourcesOf(layer, at);
    const largest = sources.reduce((best, source) => (h[source] > h[best] ? source : best));
    const receivers = pool === "max" ? [largest] : sources;
    for (const source of receivers) if (h[source] > 0) dh[source] = dz[at] / receivers.length;
  }
  const hat = (at: number): number => (y[at] - mean[at % c]) * inverse[at % c];
  const [dgamma, dbeta] = [new Float64Array(c), new Float64Array(c)];
  dh.forEach((value, at) => {
    dbeta[at % c] += value;
    dgamma[at % c] += value * hat(at);
  });
  const dy = dh.map((value, at) => {
    const o = at % c;
    return gamma[o] * inverse[o] * (value - (dbeta[o] + hat(at) * dgamma[o]) / pixels);
  });
  const { inputGradient, weightGradient } = convolution64({ batch: BATCH, size, cin, cout: c, k: 3 });
  return [i === 1 ? null : inputGradient(w, dy), weightGradient(x, dy), (o) => dgamma[o], (o) => dbeta[o]];
}
