// overfits: whether a model can learn one batch by heart, the quickest test that its gradients are joined up.

import { backward } from "../../lib/autograd/backward.ts";
import type { Batch } from "../../lib/data/batches.ts";
import type { Module } from "../../lib/nn/module.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { Adam } from "../../lib/optim/adam.ts";
import { scope } from "../../lib/tensor/scope.ts";

/** @returns the loss on the batch after `steps` steps of Adam, every module in the mode it is in */
export function overfits(model: Module, { x, y }: Batch, { steps = 100, lr = 0.01 } = {}): number {
  const optimizer = new Adam(model.parameters(), { lr });
  let last = Number.NaN;
  for (let step = 0; step < steps; step++) {
    last = scope(() => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      backward(loss);
      optimizer.step();
      return loss.item();
    });
  }
  return last;
}
