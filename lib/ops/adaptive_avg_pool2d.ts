import { defineOp } from "../autograd/define_op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { averageWindows, averageWindowsBackward } from "./average_windows.ts";
import { adaptivePooling, type Size2d } from "./pool_windows.ts";

/**
 * The means of windows that divide each image evenly, whatever its size: output row i averages the input
 * rows from ⌊i·H/OH⌋ to ⌈(i + 1)·H/OH⌉ − 1, columns likewise. Windows overlap where OH does not divide H.
 *
 * @param x [N, H, W, C] f32
 * @param outputSize OH and OW: an integer ≥ 1 for both, or [OH, OW]; 1 is the global average
 * @returns [N, OH, OW, C]
 * @throws {ShapeError} x is no batch of images
 * @throws {OptionError} an outputSize that is no integer ≥ 1
 *
 * Cost: one pass. Backward: dx. Saves nothing.
 * @example adaptiveAvgPool2d(x, 1) // [64,7,7,128] → [64,1,1,128]
 */
export const adaptiveAvgPool2d = defineOp("adaptiveAvgPool2d", {
  forward(_, x: Tensor, outputSize: Size2d) {
    return averageWindows(x, adaptivePooling("adaptiveAvgPool2d", x.shape, outputSize), 0);
  },
  backward({ args: [{ shape }, outputSize] }, dy) {
    return [averageWindowsBackward(dy, shape, adaptivePooling("adaptiveAvgPool2d", shape, outputSize), 0)];
  },
});
