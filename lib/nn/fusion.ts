// @internal Neighbouring layers that one op computes together. A network is written layer by layer, and Sequential
// looks here at what follows each of them.

import { isGradEnabled } from "../autograd/grad_mode.ts";
import { convAlgorithm } from "../ops/conv_algorithm.ts";
import { type ConvGeometry, convGeometry } from "../ops/conv_geometry.ts";
import { convReluPool, type Pool } from "../ops/conv_relu_pool.ts";
import { conv1Block, isConv1Block } from "../ops/conv1_block.ts";
import { winogradConv } from "../ops/conv2d_winograd.ts";
import { isExact } from "../ops/exact.ts";
import { winogradBlock } from "../ops/winograd_block.ts";
import { consuming } from "../tensor/scope.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { AdaptiveAvgPool2d } from "./adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "./batch_norm2d.ts";
import { Conv2d } from "./conv2d.ts";
import { foldedConv } from "./folded_conv.ts";
import { MaxPool2d } from "./max_pool2d.ts";
import type { Module } from "./module.ts";
import { ReLU } from "./relu.ts";
import { type Tail, withRelu } from "./tail.ts";

/** What computes `length` layers at once. */
export interface Fusion {
  length: number;
  forward(x: Tensor): Tensor<"f32">;
}

/** What computes layers[from] on x together with those behind it, and `tail` if they are the last; null where it goes by itself. */
export function fuse(layers: readonly Module[], x: Tensor, from = 0, tail?: Tail): Fusion | null {
  if (isExact()) return null;
  const conv = layers[from];
  const bn = layers[from + 1];
  if (is(conv, BatchNorm2d) && is(bn, ReLU)) return { length: 2, forward: (x) => conv.normalize(x, true) };
  const forward = withRelu.get(conv);
  if (forward && is(bn, ReLU)) return { length: 2, forward };
  if (is(conv, ReLU) && is(bn, MaxPool2d)) return { length: 2, forward: (x) => reluOfLargest(x, conv, bn) };
  if (!is(conv, Conv2d) || !is(bn, BatchNorm2d) || x.shape.length !== 4 || x.dtype !== "f32") return null;
  const geometry = convGeometry("conv2d", x.shape, conv.weight.shape, null, conv);
  if (bn.weight.size !== geometry.cout) return null;
  const relu = is(layers[from + 2], ReLU);
  const pool = relu ? poolOf(layers[from + 3]) : null;
  const ending = from + 2 === layers.length ? tail : undefined;
  if (bn.isTraining) return trainingBlock(conv, bn, relu, pool, geometry, x.requiresGrad, ending);
  return isGradEnabled() ? null : evaluationBlock(conv, bn, pool, geometry);
}

/** A maximum of ReLUs is the ReLU of the maximum, to the bit, and so are its gradients: fewer elements to pass over. */
function reluOfLargest(x: Tensor, relu: ReLU, pool: MaxPool2d): Tensor<"f32"> {
  const largest = pool.forward(x);
  return consuming(relu.forward(largest), largest);
}

/** Training: where Winograd's kernels do the convolution, or, with a pool, those for a single input channel, which give no dx. */
function trainingBlock(
  conv: Conv2d,
  bn: BatchNorm2d,
  relu: boolean,
  following: Pool | null,
  geometry: ConvGeometry,
  wantsDx: boolean,
  tail?: Tail,
): Fusion | null {
  // 2×2 windows must cover the map.
  const isCovered = following !== "max" || (geometry.h % 2 === 0 && geometry.w % 2 === 0);
  const pool = isCovered ? following : null;
  const isFirst = pool === "max" && isConv1Block(geometry) && !wantsDx;
  if (!isFirst && convAlgorithm(geometry) !== winogradConv) return null;
  const { runningMean, runningVar, momentum, eps } = bn;
  const options = { runningMean, runningVar, momentum, eps };
  const { n, oh, ow, cout } = geometry;
  const added = tail && sameShape(tail.added.shape, [n, oh, ow, cout]) ? tail.added : null;
  const forward = (x: Tensor): Tensor<"f32"> =>
    bn.countBatch(() => {
      const parameters = [conv.weight, conv.bias, bn.weight, bn.bias] as const;
      if (isFirst) return conv1Block(x, ...parameters, options);
      const z = winogradBlock(
        x,
        ...parameters,
        { ...options, relu: relu || Boolean(added && tail?.relu), pool },
        added,
      );
      if (tail && added) tail.isDone = true;
      return z;
    });
  return { length: pool ? 4 : relu ? 3 : 2, forward };
}

/** Evaluation without a tape: one convolution for the two layers, and for all four where a kernel includes the pool. */
function evaluationBlock(conv: Conv2d, bn: BatchNorm2d, pool: Pool | null, geometry: ConvGeometry): Fusion {
  const atOnce = pool && convReluPool(geometry, pool);
  const algorithm = atOnce ?? convAlgorithm(geometry);
  const forward = (x: Tensor): Tensor<"f32"> => {
    const { weight, bias } = foldedConv(conv, bn, algorithm, geometry);
    return algorithm.forward(x, weight, bias, geometry);
  };
  return { length: atOnce ? 4 : 2, forward };
}

function poolOf(layer: Module | undefined): Pool | null {
  if (is(layer, MaxPool2d) && layer.tilesBy(2)) return "max";
  return is(layer, AdaptiveAvgPool2d) && layer.isGlobal ? "mean" : null;
}

/** Whether it is a layer of this class, whose forward nobody has replaced. */
export function is<T extends Module>(
  layer: Module | undefined,
  type: abstract new (...args: never[]) => T,
): layer is T {
  return layer?.forward === type.prototype.forward && layer instanceof type;
}
