// @internal What may follow a chain of layers, and can be done in their last pass.

import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** y + added, or with `relu` max(y + added, 0), for a result y of the same shape. Who does it says so. */
export interface Tail {
  readonly added: Tensor<"f32">;
  readonly relu: boolean;
  isDone: boolean;
}

/** The name of a module's forward pass with a tail: a symbol, since a method of a user's own may have any other name. */
export const WITH_TAIL: unique symbol = Symbol();

/** What computes a module with a ReLU behind it. Kept here, so that a network without such modules need not load them. */
export const withRelu: WeakMap<Module, (x: Tensor) => Tensor<"f32">> = new WeakMap();
