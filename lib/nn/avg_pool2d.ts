import { check, checkOptions } from "../base/check.ts";
import { avgPool2d } from "../ops/avg_pool2d.ts";
import { POOL_RULES, type Pool2dOptions, type Size2d, size2d } from "../ops/pool_windows.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * The mean of each window: [N, H, W, C] → [N, OH, OW, C]; see the op `avgPool2d`.
 *
 * @param options.stride  default kernelSize
 * @param options.padding default 0
 * @throws {OptionError} a size that is not an integer in its range, or an option of another name
 * @example new AvgPool2d(2)
 */
export class AvgPool2d extends Module {
  constructor(
    readonly kernelSize: Size2d,
    readonly options: Omit<Pool2dOptions, "kernelSize"> = {},
  ) {
    super();
    check("AvgPool2d", "kernelSize", kernelSize, size2d(1));
    checkOptions("AvgPool2d", options, POOL_RULES);
  }

  forward(x: Tensor): Tensor<"f32"> {
    return avgPool2d(x, { kernelSize: this.kernelSize, ...this.options });
  }
}
