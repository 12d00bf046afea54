// Batch normalisation by the running statistics, folded into the convolution before it: what the library does in
// evaluation, with the same rounding.

import type { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import type { Conv2d } from "../../lib/nn/conv2d.ts";

/**
 *   scale = gamma/√(var + eps);  weight[a,o] = w[a,o]·scale[o],  bias[o] = (b[o] − mean[o])·scale[o] + beta[o]
 *
 * In f64, each result rounded once.
 */
export function foldBatchNorm(conv: Conv2d, bn: BatchNorm2d): { weight: Float32Array; bias: Float32Array } {
  const [gamma, beta, mean, variance] = [bn.weight.data, bn.bias.data, bn.runningMean.data, bn.runningVar.data];
  const scale = Float64Array.from(gamma, (value, o) => value / Math.sqrt(variance[o] + bn.eps));
  const weight = Float32Array.from(conv.weight.data, (value, i) => value * scale[i % scale.length]);
  const bias = Float32Array.from(beta, (value, o) => ((conv.bias?.data[o] ?? 0) - mean[o]) * scale[o] + value);
  return { weight, bias };
}
