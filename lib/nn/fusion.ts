// @internal Neighbouring layers that one op computes together. A network is written layer by layer, and Sequential
// looks here at what follows each of them.

import { convAlgorithm } from "../ops/conv_algorithm.ts";
import { convGeometry } from "../ops/conv_geometry.ts";
import { winogradConv } from "../ops/conv2d_winograd.ts";
import { winogradBlock } from "../ops/winograd_block.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { AdaptiveAvgPool2d } from "./adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "./batch_norm2d.ts";
import { Conv2d } from "./conv2d.ts";
import { MaxPool2d } from "./max_pool2d.ts";
import type { Module } from "./module.ts";
import { ReLU } from "./relu.ts";

/** What computes the first `length` of some layers. */
export interface Fusion {
  length: number;
  forward(x: Tensor): Tensor<"f32">;
}

/** The fused op for the first of these layers on x; null where each goes by itself. */
export function fuse(layers: readonly Module[], x: Tensor): Fusion | null {
  return trainingBlock(layers, x);
}

/** Conv2d, BatchNorm2d in training, ReLU, and MaxPool2d(2) on an even map or AdaptiveAvgPool2d(1). */
function trainingBlock([conv, bn, relu, pool]: readonly Module[], x: Tensor): Fusion | null {
  if (!(conv instanceof Conv2d && bn instanceof BatchNorm2d && bn.isTraining && relu instanceof ReLU)) return null;
  if (x.shape.length !== 4 || x.dtype !== "f32") return null;
  const geometry = convGeometry("conv2d", x.shape, conv.weight.shape, null, conv);
  const { h, w, cout } = geometry;
  if (convAlgorithm(geometry) !== winogradConv || bn.weight.size !== cout) return null;
  const isMax = pool instanceof MaxPool2d && pool.tilesBy(2) && h % 2 === 0 && w % 2 === 0;
  if (!isMax && !(pool instanceof AdaptiveAvgPool2d && pool.isGlobal)) return null;
  const { runningMean, runningVar, momentum, eps } = bn;
  const options = { runningMean, runningVar, momentum, eps, pool: isMax ? "max" : "mean" } as const;
  return {
    length: 4,
    forward: (input) => {
      const z = winogradBlock(input, conv.weight, conv.bias, bn.weight, bn.bias, options);
      bn.countBatch();
      return z;
    },
  };
}
