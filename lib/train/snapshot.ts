// @internal A copy of a model's weights and running statistics, to go back to.

import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Copies them now. @returns writes the copies back into the model */
export function takeSnapshot(model: Module): () => void {
  const tensors: Tensor[] = [...model.parameters(), ...model.namedBuffers().map(([, buffer]) => buffer)];
  const copies = tensors.map((tensor) => tensor.data.slice());
  return () => {
    tensors.forEach((tensor, i) => {
      tensor.data.set(copies[i]);
    });
  };
}
