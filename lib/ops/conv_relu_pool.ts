// @internal Convolution, ReLU and pooling at once, where a kernel does it and nothing is recorded.

import { winogradBlockScratch, winogradGroupsOf } from "../runtime/kernel_abi.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { convAlgorithm } from "./conv_algorithm.ts";
import type { ConvGeometry } from "./conv_geometry.ts";
import { conv1BlockInference, isConv1Block } from "./conv1_block.ts";
import { winogradConv } from "./conv2d_winograd.ts";

/** 2×2 max pooling, or the mean over the map. */
export type Pool = "max" | "mean";

/** pool(relu(x ⋆ w + b)), w as the convolution's algorithm packs it. */
type ConvReluPool = (x: Tensor, packed: Tensor, b: Tensor) => Tensor<"f32">;

/** What computes it for these sizes; null where that takes one op after another. */
export function convReluPool(geometry: ConvGeometry, pool: Pool): ConvReluPool | null {
  const { h, w } = geometry;
  if (pool === "max" && (h < 2 || w < 2)) return null;
  if (convAlgorithm(geometry) === winogradConv) return (x, u, b) => winogradReluPool(x, u, b, geometry, pool);
  return pool === "max" && isConv1Block(geometry) ? conv1BlockInference : null;
}

function winogradReluPool(x: Tensor, u: Tensor, b: Tensor, geometry: ConvGeometry, pool: Pool): Tensor<"f32"> {
  const { n, h, w, cin, cout } = geometry;
  const isMax = pool === "max";
  const z = empty(isMax ? [n, h >> 1, w >> 1, cout] : [n, 1, 1, cout]);
  const kernel = isMax ? "winograd_relu_max_pool2d_f32" : "winograd_relu_mean_f32";
  const groups = winogradGroupsOf(n, h, w);
  const scratchSize = winogradBlockScratch(h, w, cin, cout);
  parallelForWithScratch(kernel, groups, scratchSize, z.ptr, x.ptr, u.ptr, b.ptr, n, h, w, cin, cout);
  return z;
}
