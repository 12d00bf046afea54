import { check } from "../base/check.ts";
import { adaptiveAvgPool2d } from "../ops/adaptive_avg_pool2d.ts";
import { type Size2d, size2d } from "../ops/pool_windows.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Means over as many windows as asked for: [N, H, W, C] → [N, OH, OW, C]; see the op `adaptiveAvgPool2d`.
 *
 * @param outputSize OH and OW; 1 is the mean of the whole map
 * @throws {OptionError} a size that is not an integer from 1 to 65535
 * @example new AdaptiveAvgPool2d(1)
 */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: Size2d) {
    super();
    check("AdaptiveAvgPool2d", "outputSize", outputSize, size2d(1, 65535));
  }

  /** @internal Whether it is the mean of the whole map. */
  get isGlobal(): boolean {
    return this.outputSize === 1;
  }

  forward(x: Tensor): Tensor<"f32"> {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}
