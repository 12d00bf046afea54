import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { convAlgorithm } from "./conv_algorithm.ts";
import { type Conv2dOptions, checkConvolution, convGeometry } from "./conv_geometry.ts";
import { isExact } from "./exact.ts";
import { reduceAxes } from "./reduce.ts";

/** What conv2d does, whose forward pass says how backward goes, too. */
const convolution = defineOp("conv2d", {
  inputs: { x: "f32", w: "f32", b: "f32?" },
  forward({ save }, x: Tensor, w: Tensor, b: Tensor | null, options: Conv2dOptions, isExact: boolean) {
    checkConvolution("conv2d", options);
    const geometry = convGeometry("conv2d", x.shape, w.shape, b?.shape ?? null, options);
    const algorithm = convAlgorithm(geometry, isExact);
    const packed = algorithm.pack(w, geometry);
    save(x, w);
    return algorithm.forward(x, packed, b, geometry);
  },
  backward({ args: [, , b, options, isExact], saved: [x, w], needs, sums }, dy) {
    const geometry = convGeometry("conv2d", x.shape, w.shape, b?.shape ?? null, options);
    const gradients = convAlgorithm(geometry, isExact).backward(dy, x, w, geometry, needs, sums[0]);
    return b ? [...gradients, needs[2] ? reduceAxes("sum_f32", dy, [0, 1, 2]) : null] : gradients;
  },
});

/**
 * 2-D cross-correlation: what deep learning calls convolution (the kernel is not flipped).
 *
 *   y[n,i,j,o] = b[o] + Σ_{r,s,c} x[n, i·stride+r−pad, j·stride+s−pad, c] · w[r,s,c,o]
 *
 * @param x [N, H, W, Cin] f32
 * @param w [KH, KW, Cin, Cout]
 * @param b [Cout], or null for none
 * @param options.stride  pixels between windows, integer from 1 to 2²⁴; default 1
 * @param options.padding zero pixels on each side, integer from 0 to 2²⁴; default 0
 * @returns [N, OH, OW, Cout], OH = ⌊(H + 2·padding − KH)/stride⌋ + 1, OW likewise
 * @throws {ShapeError} wrong rank, Cin or Cout differs, or a window larger than the padded input
 * @throws {OptionError} stride or padding is not an integer in its range, or an option of another name
 *
 * Cost: 2·N·OH·OW·Cout·KH·KW·Cin flops; a third of that for 3×3, stride 1, padding 1 over channels by fours
 * (Winograd). Backward: dx, dw, db, each at the same cost. Saves x and w. No matrix of windows is made: with padding, a few
 * rows of pixels are copied at a time, and for dx the windows' gradients of 32 pixels.
 *
 * Numerics: by the definition, an element is off by the roundings of its own sum. Winograd's error is twice that, and of its
 * whole tile, up to 4×4 outputs from 6×6 pixels of one image; so where it is used, in y and dx alike, up to 4 pixels away
 *
 * - a NaN or ∞ makes NaN of outputs whose windows do not hold it;
 * - large values leave a rest in what does not see them: about 4e-7 of the largest output (0.5 next to a row of 1e6);
 * - for the same reason what sees zeros alone is not 0 but about 3e-7 of the largest output: a dead ReLU passes a little gradient;
 * - finite sums may overflow from max|x|·max|w|·Cin = 7e34 on (sums of ±3e37 · 0.05 do).
 *
 * Within {@link exact} none of this happens: for saliency, or inputs of extreme range.
 *
 * Source: Lavin & Gray 2015, arXiv:1509.09308.
 * @example conv2d(x, w, b, { padding: 1 }) // 3×3: [64,32,32,3] → [64,32,32,16]
 */
export function conv2d(x: Tensor, w: Tensor, b: Tensor | null = null, options: Conv2dOptions = {}): Tensor<"f32"> {
  return convolution(x, w, b, options, isExact());
}
