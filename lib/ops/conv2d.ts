import { defineOp } from "../autograd/define_op.ts";
import { parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Conv2dOptions, type ConvGeometry, convGeometry } from "./conv_geometry.ts";
import { packB, STRIP_SIZE } from "./gemm.ts";
import { reduceAxes } from "./reduce.ts";

/** As in kernels/conv2d.ts. */
const BLOCK = 32;
const DW_BLOCK = 128;
const CHUNK = 8;

/**
 * 2-D cross-correlation: what deep learning calls convolution (the kernel is not flipped).
 *
 *   y[n,i,j,o] = b[o] + Σ_{r,s,c} x[n, i·stride+r−pad, j·stride+s−pad, c] · w[r,s,c,o]
 *
 * @param x [N, H, W, Cin] f32
 * @param w [KH, KW, Cin, Cout]
 * @param b [Cout], or null for none
 * @param options.stride  pixels between windows, integer ≥ 1; default 1
 * @param options.padding zero pixels on each side, integer ≥ 0; default 0
 * @returns [N, OH, OW, Cout], OH = ⌊(H + 2·padding − KH)/stride⌋ + 1, OW likewise
 * @throws {ShapeError} wrong rank, Cin or Cout differs, or a window larger than the padded input
 * @throws {OptionError} stride or padding is not an integer in its range
 *
 * Cost: 2·N·OH·OW·Cout·KH·KW·Cin flops. Backward: dx, dw, db, each at the same cost. Saves x and w.
 * @example conv2d(x, w, b, { padding: 1 }) // 3×3: [64,28,28,1] → [64,28,28,32]
 */
export const conv2d = defineOp("conv2d", {
  forward({ save }, x: Tensor, w: Tensor, b: Tensor | null = null, options: Conv2dOptions = {}) {
    const geometry = convGeometry("conv2d", x.shape, w.shape, b?.shape ?? null, options);
    const { n, oh, ow, cout, k } = geometry;
    const y = empty([n, oh, ow, cout]);
    using panels = packB(w, cout, k, false);
    const units = n * Math.ceil((oh * ow) / BLOCK);
    const scratchSize = BLOCK * k + STRIP_SIZE;
    parallelForWithScratch(
      "conv2d_f32",
      units,
      scratchSize,
      y.ptr,
      x.ptr,
      panels.ptr,
      b?.ptr ?? 0,
      ...sizesOf(geometry),
    );
    save(x, w);
    return y;
  },
  backward({ args: [, , b, options], saved: [x, w], needs }, dy) {
    const geometry = convGeometry("conv2d", x.shape, w.shape, b?.shape ?? null, options);
    const dx = needs[0] ? inputGradient(dy, x, w, geometry) : null;
    const dw = needs[1] ? weightGradient(dy, x, w, geometry) : null;
    return b ? [dx, dw, needs[2] ? reduceAxes("sum_f32", dy, [0, 1, 2]) : null] : [dx, dw];
  },
});

function inputGradient(dy: Tensor, x: Tensor, w: Tensor, geometry: ConvGeometry): Tensor<"f32"> {
  const { n, k, cout } = geometry;
  const dx = empty(x.shape);
  using panels = packB(w, k, cout, true);
  const scratchSize = BLOCK * k + STRIP_SIZE;
  parallelForWithScratch("conv2d_backward_input_f32", n, scratchSize, dx.ptr, dy.ptr, panels.ptr, ...sizesOf(geometry));
  return dx;
}

function weightGradient(dy: Tensor, x: Tensor, w: Tensor, geometry: ConvGeometry): Tensor<"f32"> {
  const { n, k } = geometry;
  const chunks = Math.ceil(n / CHUNK);
  using partial = empty([chunks, ...w.shape]);
  parallelForWithScratch(
    "conv2d_backward_weight_f32",
    chunks,
    DW_BLOCK * k,
    partial.ptr,
    x.ptr,
    dy.ptr,
    n,
    ...sizesOf(geometry),
  );
  return reduceAxes("sum_f32", partial, [0]);
}

/** The sizes as the kernels take them, h to cout. */
function sizesOf({ h, w, cin, kh, kw, stride, padding, oh, ow, cout }: ConvGeometry): number[] {
  return [h, w, cin, kh, kw, stride, padding, oh, ow, cout];
}
