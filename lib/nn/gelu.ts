import { checkGelu, type GeluOptions, gelu } from "../ops/gelu.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * y = x·Φ(x), any shape, exact or by tanh; see the op `gelu`.
 *
 * @throws {OptionError} an unknown approximation, or an option of another name
 * @example new GELU({ approximate: "tanh" })
 */
export class GELU extends Module {
  constructor(readonly options: GeluOptions = {}) {
    super();
    checkGelu("GELU", options);
  }

  forward(x: Tensor): Tensor<"f32"> {
    return gelu(x, this.options);
  }
}
