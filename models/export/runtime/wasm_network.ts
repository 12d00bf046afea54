// The network on simdgrad's kernels, one image at a time, in memory that is laid out once.

import {
  conv1BlockScratch,
  type Kernels,
  READ_SLACK,
  rowTiles,
  winogradBlockScratch,
  winogradFilterScratch,
  winogradFilterSize,
  winogradGroupsOf,
} from "../../../build/kernels.js";
import { gemmSizes } from "../../../lib/ops/gemm_sizes.ts";
import { biasSize, type Layer, type Network, outputSize, weightSize } from "./layer.ts";

/** What kernels/sets/inference.ts exports. */
interface Exports
  extends Pick<
    Kernels,
    | "gemm_f32"
    | "conv1_block_f32"
    | "relu_f32"
    | "winograd_filter_f32"
    | "winograd_relu_max_pool2d_f32"
    | "winograd_relu_mean_f32"
  > {
  memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65536;
/** Blocks start on cache lines. */
const LINE_BYTES = 64;

/** @param module kernels/sets/inference.ts */
export function wasmNetwork(module: WebAssembly.Module, layers: readonly Layer[], parameters: Float32Array): Network {
  const kernels = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory } = kernels;
  let end = memory.buffer.byteLength; // the first page holds the kernels' constants

  function allocate(count: number): number {
    const ptr = end;
    end += Math.ceil((4 * count + READ_SLACK) / LINE_BYTES) * LINE_BYTES;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
    return ptr;
  }
  const view = (ptr: number, count: number): Float32Array => new Float32Array(memory.buffer, ptr, count);

  let taken = 0;
  function put(count: number): number {
    const ptr = allocate(count);
    view(ptr, count).set(parameters.subarray(taken, taken + count));
    taken += count;
    return ptr;
  }

  const scratch = allocate(Math.max(...layers.map(scratchSize)));
  const inputSize = layers[0].op === "conv" ? layers[0].h * layers[0].w * layers[0].cin : layers[0].in;
  const input = allocate(inputSize);
  let x = input;
  const steps = layers.map((layer): (() => void) => {
    const from = x;
    const to = allocate(outputSize(layer));
    x = to;
    const weight = put(weightSize(layer));
    const bias = put(biasSize(layer));
    if (layer.op === "linear") {
      const { in: k, out: n, relu } = layer;
      const gemm = kernels.gemm_f32 as (...args: number[]) => void;
      const sizes = gemmSizes({ m: 1, n, k, isPacked: false });
      return () => {
        gemm(to, from, weight, bias, ...sizes, 0, rowTiles(1));
        if (relu) kernels.relu_f32(to, to, 0, n);
      };
    }
    const { h, w, cin, cout, pool } = layer;
    if (cin === 1) return () => kernels.conv1_block_f32(to, 0, from, weight, bias, 0, h, w, cout, scratch, 0, h >> 1);
    // Transformed here, and not when exporting: four times the size.
    const u = allocate(winogradFilterSize(cin, cout));
    kernels.winograd_filter_f32(u, weight, cin, cout, 0, scratch, 0, cin >> 2);
    const kernel = pool === "max" ? kernels.winograd_relu_max_pool2d_f32 : kernels.winograd_relu_mean_f32;
    return () => kernel(to, from, u, bias, 1, h, w, cin, cout, scratch, 0, winogradGroupsOf(1, h, w));
  });
  const pixels = view(input, inputSize);
  const logits = view(x, outputSize(layers[layers.length - 1]));
  return (image) => {
    pixels.set(image);
    for (const step of steps) step();
    return logits;
  };
}

/** Elements. */
function scratchSize(layer: Layer): number {
  if (layer.op === "linear") return 0;
  const { h, w, cin, cout } = layer;
  if (cin === 1) return conv1BlockScratch(h, w, cout);
  return Math.max(winogradFilterScratch(cout), winogradBlockScratch(h, w, cin, cout));
}
