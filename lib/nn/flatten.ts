import { flatten } from "../ops/flatten.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** x [N, …] → [N, the rest], images in C, H, W order as PyTorch's; see the op `flatten`. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor<"f32"> {
    return flatten(x);
  }
}
