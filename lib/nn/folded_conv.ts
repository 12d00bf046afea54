// @internal A convolution's weights with the batch normalisation behind it folded in: made once, kept until
// something changes one of the tensors they came from.

import type { ConvForward, ConvGeometry } from "../ops/conv_geometry.ts";
import { foldBatchNorm2d } from "../ops/fold_batch_norm2d.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BatchNorm2d } from "./batch_norm2d.ts";
import type { Conv2d } from "./conv2d.ts";

interface Folded {
  /** As the algorithm packs them. */
  readonly weight: Tensor<"f32">;
  readonly bias: Tensor<"f32">;
  readonly bn: BatchNorm2d;
  readonly algorithm: ConvForward;
  /** What they were made from, and of which versions. */
  readonly sources: readonly Tensor[];
  readonly versions: readonly number[];
}

/** It goes with the layer: what nobody can reach, the garbage collector gives back. */
const kept = new WeakMap<Conv2d, Folded>();

/** The weights of one convolution that does what both layers do in evaluation. They stay the cache's own. */
export function foldedConv(
  conv: Conv2d,
  bn: BatchNorm2d,
  algorithm: ConvForward,
  geometry: ConvGeometry,
): { weight: Tensor<"f32">; bias: Tensor<"f32"> } {
  const last = kept.get(conv);
  if (last?.bn === bn && last.algorithm === algorithm && isFresh(last)) return last;
  const { weight: gamma, bias: beta, runningMean, runningVar } = bn;
  const sources = [conv.weight, gamma, beta, runningMean, runningVar, ...(conv.bias ? [conv.bias] : [])];
  const versions = sources.map(({ version }) => version);
  const { foldedW, foldedB } = foldBatchNorm2d(conv.weight, conv.bias, bn);
  const weight = algorithm.pack(foldedW, geometry).keep();
  foldedW.dispose();
  kept.set(conv, { weight, bias: foldedB.keep(), bn, algorithm, sources, versions });
  last?.weight.dispose();
  last?.bias.dispose();
  return { weight, bias: foldedB };
}

function isFresh({ sources, versions }: Folded): boolean {
  return sources.every(({ version }, i) => version === versions[i]);
}
