// The two models in f64, in plain loops over their state as PyTorch lays it out: what inference and training
// are held against.

import type { StoredTensor } from "../lib/index.ts";

export type ModelName = "cnn" | "linear";
export type State64 = Readonly<Record<string, Float64Array>>;
type Numbers = ArrayLike<number>;

const CLASSES = 10;
const PIXELS = 784;
const EPS = 1e-5;
/** The blocks of the CNN: convolution, BatchNorm, ReLU and pooling. */
export const LAYERS = [
  { i: 1, size: 28, cin: 1, cout: 32, pool: "max" },
  { i: 2, size: 14, cin: 32, cout: 64, pool: "max" },
  { i: 3, size: 7, cin: 64, cout: 128, pool: "mean" },
] as const;
export type Layer = (typeof LAYERS)[number];

export interface Block64 {
  /** The convolution's result, the mean and 1/√(var + ε) of its channels, and what BatchNorm makes of it. */
  y: Float64Array;
  mean: Float64Array;
  inverse: Float64Array;
  h: Float64Array;
  /** What the block gives. */
  z: Float64Array;
}

export function toState64(state: Readonly<Record<string, StoredTensor>>): State64 {
  return Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, Float64Array.from(data, Number)]));
}

/**
 * @param images     normalised, 784 numbers each
 * @param isTraining whether BatchNorm uses the statistics of these images; there is no dropout
 */
export function logits64(model: ModelName, state: State64, images: Numbers, isTraining: boolean): Float64Array {
  if (model === "linear") return linear(state, "fc", Float64Array.from(images), PIXELS, CLASSES);
  let h: Float64Array = Float64Array.from(images);
  for (const layer of LAYERS) h = block64(state, layer, h, isTraining).z;
  h = linear(state, "fc1", h, 128, 64).map((value) => Math.max(value, 0));
  return linear(state, "fc2", h, 64, CLASSES);
}

/** The mean cross-entropy. */
export function loss64(model: ModelName, state: State64, images: Numbers, labels: Numbers): number {
  const logits = logits64(model, state, images, true);
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const values = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    total += logSum - values[labels[row]];
  }
  return total / labels.length;
}

export function block64(state: State64, layer: Layer, x: Float64Array, isTraining: boolean): Block64 {
  const { i, cout: c } = layer;
  const y = convolve(state, layer, x);
  const [mean, variance] = statistics(state, layer, y, isTraining);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + EPS));
  const [gamma, beta] = [state[`bn${i}.weight`], state[`bn${i}.bias`]];
  const h = y.map((value, at) => (value - mean[at % c]) * inverse[at % c] * gamma[at % c] + beta[at % c]);
  const live = h.map((value) => Math.max(value, 0));
  return { y, mean, inverse, h, z: layer.pool === "max" ? maxPool(live, layer) : average(live, layer) };
}

function convolve(state: State64, { i, size, cin, cout }: Layer, x: Float64Array): Float64Array {
  const [stored, bias] = [state[`conv${i}.weight`], state[`conv${i}.bias`]];
  const w = stored.map((_, at) => {
    const [o, c, tap] = [at % cout, Math.floor(at / cout) % cin, Math.floor(at / cout / cin)];
    return stored[(o * cin + c) * 9 + tap];
  });
  const pixels = x.length / cin;
  const y = new Float64Array(pixels * cout);
  for (let p = 0; p < pixels; p++) {
    const [row, column] = [Math.floor(p / size) % size, p % size];
    const out = y.subarray(p * cout, (p + 1) * cout);
    out.set(bias);
    for (let tap = 0; tap < 9; tap++) {
      const [dr, ds] = [Math.floor(tap / 3) - 1, (tap % 3) - 1];
      if (row + dr < 0 || row + dr >= size || column + ds < 0 || column + ds >= size) continue;
      for (let c = 0; c < cin; c++) {
        const input = x[(p + dr * size + ds) * cin + c];
        const taps = (tap * cin + c) * cout;
        for (let o = 0; o < cout; o++) out[o] += input * w[taps + o];
      }
    }
  }
  return y;
}

function statistics(
  state: State64,
  { i, cout: c }: Layer,
  y: Float64Array,
  isTraining: boolean,
): [Float64Array, Float64Array] {
  if (!isTraining) return [state[`bn${i}.running_mean`], state[`bn${i}.running_var`]];
  const pixels = y.length / c;
  const [mean, variance] = [new Float64Array(c), new Float64Array(c)];
  for (let at = 0; at < y.length; at++) mean[at % c] += y[at] / pixels;
  for (let at = 0; at < y.length; at++) variance[at % c] += (y[at] - mean[at % c]) ** 2 / pixels;
  return [mean, variance];
}

function maxPool(x: Float64Array, { size, cout: c }: Layer): Float64Array {
  const half = size / 2;
  return new Float64Array(x.length / 4).map((_, at) => {
    const [channel, j, i] = [at % c, Math.floor(at / c) % half, Math.floor(at / c / half)]; // i over all images' rows
    const corner = (2 * i * size + 2 * j) * c + channel;
    return Math.max(x[corner], x[corner + c], x[corner + size * c], x[corner + (size + 1) * c]);
  });
}

function average(x: Float64Array, { size, cout: c }: Layer): Float64Array {
  const y = new Float64Array(x.length / size ** 2);
  x.forEach((value, at) => {
    y[Math.floor(at / c / size ** 2) * c + (at % c)] += value / size ** 2;
  });
  return y;
}

function linear(state: State64, name: string, x: Float64Array, from: number, to: number): Float64Array {
  const [w, b] = [state[`${name}.weight`], state[`${name}.bias`]];
  return new Float64Array((x.length / from) * to).map((_, at) => {
    const [row, o] = [Math.floor(at / to), at % to];
    let total = b[o];
    for (let k = 0; k < from; k++) total += x[row * from + k] * w[o * from + k];
    return total;
  });
}
