import { relu } from "../ops/relu.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** y = max(x, 0), any shape; see the op `relu`. */
export class ReLU extends Module {
  forward(x: Tensor): Tensor<"f32"> {
    return relu(x);
  }
}
