import { sigmoid } from "../ops/sigmoid.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** y = 1/(1 + e⁻ˣ), any shape; see the op `sigmoid`. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor<"f32"> {
    return sigmoid(x);
  }
}
