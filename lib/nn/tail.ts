// @internal What may follow a chain of layers, and can be done in their last pass.

import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** y + added, or with `relu` max(y + added, 0), for a result y of the same shape. Who does it says so. */
export interface Tail {
  readonly added: Tensor<"f32">;
  readonly relu: boolean;
  isDone: boolean;
}

// Kept here rather than as methods: a user's own may have any name, and bundlers keep a class whose methods' names are computed.

/** A module's forward pass with a tail, where it has one. */
export const withTail: WeakMap<Module, (x: Tensor, tail: Tail) => Tensor<"f32">> = /* @__PURE__ */ new WeakMap();

/** A module's forward pass with a ReLU behind it, where it has one. */
export const withRelu: WeakMap<Module, (x: Tensor) => Tensor<"f32">> = /* @__PURE__ */ new WeakMap();
