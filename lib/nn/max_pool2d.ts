import { check, checkOptions } from "../base/check.ts";
import { maxPool2d } from "../ops/max_pool2d.ts";
import { POOL_RULES, type Pool2dOptions, type Size2d, size2d } from "../ops/pool_windows.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * The largest value of each window: [N, H, W, C] → [N, OH, OW, C]; see the op `maxPool2d`.
 *
 * @param options.stride  default kernelSize
 * @param options.padding default 0
 * @throws {OptionError} a size that is not an integer in its range, or an option of another name
 * @example new MaxPool2d(2)
 */
export class MaxPool2d extends Module {
  constructor(
    readonly kernelSize: Size2d,
    readonly options: Omit<Pool2dOptions, "kernelSize"> = {},
  ) {
    super();
    check("MaxPool2d", "kernelSize", kernelSize, size2d(1));
    checkOptions("MaxPool2d", options, POOL_RULES);
  }

  /** @internal Whether its windows are size×size and tile the image. */
  tilesBy(size: number): boolean {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return this.kernelSize === size && stride === size && padding === 0;
  }

  forward(x: Tensor): Tensor<"f32"> {
    return maxPool2d(x, { kernelSize: this.kernelSize, ...this.options });
  }
}
