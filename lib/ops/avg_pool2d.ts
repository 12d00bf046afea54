import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { averageWindows, averageWindowsBackward } from "./average_windows.ts";
import { checkPooling, type Pool2dOptions, poolingOf } from "./pool_windows.ts";

/**
 * The mean of each window of each channel; zeros of the padding count, as in PyTorch.
 *
 *   y[n,i,j,c] = Σ_{r,s} x[n, i·stride + r − padding, j·stride + s − padding, c] / kernelSize²
 *
 * @param x [N, H, W, C] f32
 * @param options.kernelSize the window: integer ≥ 1, or [height, width]
 * @param options.stride     pixels between windows; default kernelSize
 * @param options.padding    on each side, at most half of kernelSize; default 0
 * @returns [N, OH, OW, C], OH = ⌊(H + 2·padding − kernelSize)/stride⌋ + 1, OW likewise
 * @throws {ShapeError} x is no batch of images, or a window larger than the padded image
 * @throws {OptionError} an option that is not an integer in its range, or of another name
 *
 * Cost: one pass. Backward: dx. Saves nothing.
 * @example avgPool2d(x, { kernelSize: 2 }) // [64,32,32,16] → [64,16,16,16]
 */
export const avgPool2d = defineOp("avgPool2d", {
  forward(_, x: Tensor, options: Pool2dOptions) {
    checkPooling("avgPool2d", options);
    const pooling = poolingOf("avgPool2d", x.shape, options);
    return averageWindows(x, pooling, pooling.kernel[0] * pooling.kernel[1]);
  },
  backward({ args: [{ shape }, options] }, dy) {
    const pooling = poolingOf("avgPool2d", shape, options);
    return [averageWindowsBackward(dy, shape, pooling, pooling.kernel[0] * pooling.kernel[1])];
  },
});
