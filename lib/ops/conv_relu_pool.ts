// @internal Convolution, ReLU and pooling at once, where a kernel does it and nothing is recorded.

import { winogradBlockScratch, winogradGroupsOf } from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { convAlgorithm } from "./conv_algorithm.ts";
import type { ConvForward, ConvGeometry } from "./conv_geometry.ts";
import { conv1BlockInference, isConv1Block } from "./conv1_block.ts";
import { winogradConv } from "./conv2d_winograd.ts";

/** 2×2 max pooling, or the mean over the map. */
export type Pool = "max" | "mean";

/** What computes pool(relu(x ⋆ w + b)) for these sizes; null where that takes one op after another. */
export function convReluPool(geometry: ConvGeometry, pool: Pool): ConvForward | null {
  const { h, w } = geometry;
  if (pool === "max" && (h < 2 || w < 2)) return null;
  if (convAlgorithm(geometry) === winogradConv) return winogradReluPool[pool];
  return pool === "max" && isConv1Block(geometry) ? conv1ReluPool : null;
}

const conv1ReluPool: ConvForward = {
  pack: (w) => viewOf(w as Tensor<"f32">, w.shape),
  forward: (x, w, b) => conv1BlockInference(x, w, b as Tensor),
};

const winogradReluPool: Readonly<Record<Pool, ConvForward>> = {
  max: /* @__PURE__ */ byWinograd("winograd_relu_max_pool2d_f32", ({ n, h, w, cout }) => [n, h >> 1, w >> 1, cout]),
  mean: /* @__PURE__ */ byWinograd("winograd_relu_mean_f32", ({ n, cout }) => [n, 1, 1, cout]),
};

function byWinograd(
  kernel: "winograd_relu_max_pool2d_f32" | "winograd_relu_mean_f32",
  shapeOf: (geometry: ConvGeometry) => number[],
): ConvForward {
  return {
    pack: winogradConv.pack,
    forward(x, u, b, geometry) {
      const { n, h, w, cin, cout } = geometry;
      const z = empty(shapeOf(geometry));
      const groups = winogradGroupsOf(n, h, w);
      const scratchSize = winogradBlockScratch(h, w, cin, cout);
      parallelForWithScratch(kernel, groups, scratchSize, z, x, u, b, n, h, w, cin, cout);
      return z;
    },
  };
}
