// References of layers in f64: batch normalisation, and the block of convolution, normalisation, ReLU and pooling that
// Sequential computes at once.

import { type Array64, all64, array64, type Elements64, map64, type Operand64 } from "./array64.ts";
import { relu64 } from "./ops64.ts";
import {
  adaptiveAvgPooling64,
  conv2d64,
  conv2dGradients64,
  maxPooling64,
  pool2d64,
  pool2dGradient64,
} from "./windows64.ts";

/** One number per channel. */
export interface Statistics64 {
  mean: readonly number[] | Float64Array;
  /** Biased. */
  variance: readonly number[] | Float64Array;
}

interface Normalization64 {
  eps?: number;
  /** Statistics that are given, as in evaluation; default: the batch's own. */
  running?: Statistics64;
}

const EPS = 1e-5;

/** Mean and biased variance of each channel, in two passes. */
export function statistics64({ shape, data }: Operand64): { mean: Float64Array; variance: Float64Array } {
  const c = shape[shape.length - 1];
  const count = data.length / c;
  const [mean, variance] = [new Float64Array(c), new Float64Array(c)];
  for (let at = 0; at < data.length; at++) mean[at % c] += data[at] / count;
  for (let at = 0; at < data.length; at++) variance[at % c] += (data[at] - mean[at % c]) ** 2 / count;
  return { mean, variance };
}

/** x̂ = (x − mean)/√(var + ε), and its factor 1/√(var + ε), by channel. */
function standardize(x: Operand64, { eps = EPS, running }: Normalization64) {
  const c = x.shape[x.shape.length - 1];
  const { mean, variance } = running ?? statistics64(x);
  const inverse = Float64Array.from({ length: c }, (_, o) => 1 / Math.sqrt(variance[o] + eps));
  const xs = x.data;
  return { c, inverse, hat: (at: number): number => (xs[at] - mean[at % c]) * inverse[at % c] };
}

/** y = x̂·γ + β */
export function batchNorm2d64(options: Normalization64 = {}) {
  return (x: Operand64, gamma: Operand64, beta: Operand64): Elements64 => {
    const { c, hat } = standardize(x, options);
    const [gammas, betas] = [gamma.data, beta.data];
    return { shape: x.shape, at: (index) => hat(index) * gammas[index % c] + betas[index % c] };
  };
}

/** Of Σ dy·y; the batch's own statistics move with x, given ones do not. */
export function batchNorm2dGradients64(options: Normalization64 = {}) {
  return (x: Operand64, gamma: Operand64, dy: Operand64): Record<"dx" | "dgamma" | "dbeta", Elements64> => {
    const { c, inverse, hat } = standardize(x, options);
    const [gammas, dys] = [gamma.data, dy.data];
    const [dgamma, dbeta] = [array64([c]), array64([c])];
    for (let at = 0; at < dys.length; at++) {
      dgamma.data[at % c] += dys[at] * hat(at);
      dbeta.data[at % c] += dys[at];
    }
    const count = x.data.length / c;
    const dx = (at: number): number => {
      const o = at % c;
      const shift = options.running ? 0 : (dbeta.data[o] + hat(at) * dgamma.data[o]) / count;
      return gammas[o] * inverse[o] * (dys[at] - shift);
    };
    return { dx: { shape: x.shape, at: dx }, dgamma, dbeta };
  };
}

type BlockInput = "x" | "w" | "b" | "gamma" | "beta";

export interface Block64 {
  z: Array64;
  /** Of what the convolution gives. */
  statistics: Statistics64;
  /**
   * By how much an element of z is what it is: the distance of its maximum from the next, and of what passes ReLU or not
   * from 0. Where rounding is larger, f32 may decide differently.
   */
  margin: Elements64;
  /** Of Σ dz·z. */
  gradients(dz: Operand64): Record<`d${BlockInput}`, Elements64>;
}

interface BlockOptions64 extends Normalization64 {
  /** The largest of 2×2 windows, or the mean of each map. */
  pool: "max" | "mean";
}

/** z = pool(relu(batchNorm2d(conv2d(x, w, b)))), the kernel 3×3 and the padding 1. */
export function convBlock64(options: BlockOptions64) {
  const isMax = options.pool === "max";
  const pooling = isMax ? maxPooling64({ kernelSize: 2 }) : adaptiveAvgPooling64(1);
  return ({ x, w, b, gamma, beta }: Record<BlockInput, Operand64>): Block64 => {
    const y = all64(conv2d64({ padding: 1 })(x, w, b));
    const statistics = options.running ?? statistics64(y);
    const given = { ...options, running: statistics };
    const normal = all64(batchNorm2d64(given)(y, gamma, beta));
    const live = map64(normal, relu64);
    return {
      z: all64(pool2d64(pooling)(live)),
      statistics,
      margin: pool2d64({ ...pooling, pick: isMax ? marginOfMax : marginOfMean })(normal),
      gradients(dz) {
        const dlive = pool2dGradient64(pooling)(live, dz);
        const dnormal = array64(y.shape, (at) => (normal.data[at] > 0 ? dlive.at(at) : 0));
        const { dx: dy, dgamma, dbeta } = batchNorm2dGradients64(options)(y, gamma, dnormal);
        const { dx, dw, db } = conv2dGradients64({ padding: 1 })(x, w, all64(dy));
        // The batch's own statistics take a bias out again: its gradient is exactly 0, where the sum in f64 is not quite.
        return { dx, dw, db: options.running ? db : array64(b.shape), dgamma, dbeta };
      },
    };
  };
}

function marginOfMax(values: readonly number[]): number {
  const [first, second] = [...values].sort((p, q) => q - p);
  // Far enough below 0, it does not matter which is the largest.
  return first < 0 ? -first : Math.min(first, first - second);
}

function marginOfMean(values: readonly number[]): number {
  return Math.min(...values.map(Math.abs));
}
