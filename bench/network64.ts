// The two models in f64, over their state as PyTorch lays it out, put together from the references of lib/selftest: what
// inference and training are compared with.

import type { StoredTensor } from "../lib/index.ts";
import { type Array64, all64, array64, map64, type Operand64 } from "../lib/selftest/array64.ts";
import { convBlock64 } from "../lib/selftest/layers64.ts";
import { labelCrossEntropy64, matmul64, relu64, transpose64 } from "../lib/selftest/ops64.ts";

export type ModelName = "cnn" | "linear";
export type State64 = Readonly<Record<string, Array64>>;

/** The pooling of the CNN's three blocks. */
const POOLS = ["max", "max", "mean"] as const;

export function toState64(state: Readonly<Record<string, StoredTensor>>): State64 {
  return Object.fromEntries(
    Object.entries(state).map(([name, { data, shape }]) => [name, array64(shape, (i) => Number(data[i]))]),
  );
}

/**
 * @param images     normalised, 784 numbers each
 * @param isTraining whether BatchNorm uses the statistics of these images; there is no dropout
 */
export function logits64(model: ModelName, state: State64, images: ArrayLike<number>, isTraining: boolean): Array64 {
  const n = images.length / 784;
  if (model === "linear") return linear(state, "fc", { shape: [n, 784], data: images });
  let h: Operand64 = { shape: [n, 28, 28, 1], data: images };
  for (const [i, pool] of POOLS.entries()) h = block(state, i + 1, pool, h, isTraining);
  const hidden = map64(linear(state, "fc1", { shape: [n, 128], data: h.data }), relu64);
  return linear(state, "fc2", hidden);
}

/** The mean cross-entropy. */
export function loss64(model: ModelName, state: State64, images: ArrayLike<number>, labels: ArrayLike<number>): number {
  return labelCrossEntropy64(labels)(logits64(model, state, images, true)).at(0);
}

function block(state: State64, i: number, pool: "max" | "mean", x: Operand64, isTraining: boolean): Array64 {
  const of = (name: string): Array64 => state[`${name.replace(".", `${i}.`)}`];
  const running = { mean: of("bn.running_mean").data, variance: of("bn.running_var").data };
  // [out, in, 3, 3] there, [3, 3, in, out] here.
  const w = all64(transpose64([2, 3, 1, 0])(of("conv.weight")));
  const [b, gamma, beta] = ["conv.bias", "bn.weight", "bn.bias"].map(of);
  return convBlock64({ pool, ...(isTraining ? {} : { running }) })({ x, w, b, gamma, beta }).z;
}

function linear(state: State64, name: string, x: Operand64): Array64 {
  return all64(matmul64(x, all64(transpose64()(state[`${name}.weight`])), state[`${name}.bias`]));
}
