// One training step of the CNN on random pictures, as benchmarks and the comparison with PyTorch run it.

import { Adam, backward, crossEntropy, type Module, type Tensor, tensor } from "../lib/index.ts";
import { cnn } from "../models/index.ts";
import { uniform } from "./benchmark.ts";

export interface CnnStep {
  readonly model: Module;
  readonly x: Tensor<"f32">;
  readonly y: Tensor<"i32">;
  loss(): Tensor<"f32">;
  /** Forward, backward, and a step of Adam. */
  run(): void;
}

export function cnnStep(batch: number, options: { dropout?: number } = {}): CnnStep {
  const model = cnn({ seed: 0, ...options });
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const x = tensor(uniform(batch * 784, 1), [batch, 28, 28, 1]).keep();
  const y = tensor(
    Array.from({ length: batch }, (_, i) => i % 10),
    [batch],
    "i32",
  ).keep();
  const loss = (): Tensor<"f32"> => crossEntropy(model.forward(x), y);
  return {
    model,
    x,
    y,
    loss,
    run: () => {
      optimizer.zeroGrad();
      backward(loss());
      optimizer.step();
    },
  };
}
