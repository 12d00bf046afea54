import { tanh } from "../ops/tanh.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** y = tanh x, any shape; see the op `tanh`. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor<"f32"> {
    return tanh(x);
  }
}
