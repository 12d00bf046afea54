import { type GeluOptions, gelu } from "../ops/gelu.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** y = x·Φ(x), any shape, exact or by tanh; see the op `gelu`. */
export class GELU extends Module {
  constructor(readonly options: GeluOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor<"f32"> {
    return gelu(x, this.options);
  }
}
