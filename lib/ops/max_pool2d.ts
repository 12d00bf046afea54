import { defineOp } from "../autograd/define_op.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkPooling, type Pool2dOptions, poolingOf } from "./pool_windows.ts";
import { windowTable } from "./window_table.ts";

/** Places that a byte can number. */
const BYTE_PLACES = 256;

/**
 * The largest value of each window of each channel.
 *
 *   y[n,i,j,c] = max_{r,s} x[n, i·stride + r − padding, j·stride + s − padding, c]
 *
 * Padding counts as −∞. The first of equal maxima receives the gradient; NaN wins over everything.
 *
 * @param x [N, H, W, C] f32
 * @param options.kernelSize the window: integer ≥ 1, or [height, width]
 * @param options.stride     pixels between windows; default kernelSize
 * @param options.padding    on each side, at most half of kernelSize; default 0
 * @returns [N, OH, OW, C], OH = ⌊(H + 2·padding − kernelSize)/stride⌋ + 1, OW likewise
 * @throws {ShapeError} x is no batch of images, or a window larger than the padded image
 * @throws {OptionError} an option that is not an integer in its range, or of another name
 *
 * Cost: one pass. Backward: dx. Saves where each maximum was, a byte an output (4 for windows of > 256).
 * @example maxPool2d(x, { kernelSize: 2 }) // [64,32,32,16] → [64,16,16,16]
 */
export const maxPool2d = defineOp("maxPool2d", {
  forward({ isRecording, save }, x: Tensor, options: Pool2dOptions) {
    checkPooling("maxPool2d", options);
    const { kernel, rows, cols } = poolingOf("maxPool2d", x.shape, options);
    const [n, h, w, c] = x.shape;
    const y = empty([n, rows.count, cols.count, c]);
    if (y.size === 0) return y;
    const rowTable = windowTable(rows);
    const colTable = windowTable(cols);
    const sizes = [h, w, c, rows.count, cols.count, Math.min(kernel[1], w)];
    const argmax = empty(isRecording ? y.shape : [0], kernel[0] * kernel[1] > BYTE_PLACES ? "i32" : "u8");
    const [indices, indexBytes] = [isRecording ? argmax : null, argmax.dtype === "i32" ? 4 : 1];
    parallelFor("max_pool2d_f32", n * rows.count, y, indices, indexBytes, x, rowTable, colTable, ...sizes);
    save(argmax);
    return y;
  },
  backward({ args: [{ shape }, options], saved: [argmax] }, dy) {
    const { kernel, rows, cols } = poolingOf("maxPool2d", shape, options);
    const [n, h, w, c] = shape;
    const dx = empty(shape);
    if (dx.size === 0) return [dx];
    const rowTable = windowTable(rows);
    const colTable = windowTable(cols);
    const sizes = [h, w, c, rows.count, cols.count, Math.min(kernel[1], w)];
    const indexBytes = argmax.dtype === "i32" ? 4 : 1;
    parallelFor("max_pool2d_backward_f32", n * h, dx, dy, argmax, indexBytes, rowTable, colTable, ...sizes);
    return [dx];
  },
});
