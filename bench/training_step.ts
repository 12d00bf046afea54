// One training step of a model on random pictures, as the benchmarks and the comparison with others run it.

import type { Module, Tensor } from "../lib/index.ts";
import { uniform } from "./benchmark.ts";
import type { ModelName } from "./network64.ts";

/** The library and the models, from the sources or from dist/. */
export interface Simdgrad {
  library: typeof import("../lib/index.ts");
  models: typeof import("../models/index.ts");
}

export interface TrainingStep {
  readonly model: Module;
  readonly x: Tensor<"f32">;
  readonly y: Tensor<"i32">;
  loss(): Tensor<"f32">;
  /** Forward, backward, and a step of Adam. */
  run(): void;
}

/** What users get: built, minified by nobody, and without what a TypeScript loader adds to each function. */
export async function shipped(): Promise<Simdgrad> {
  const load = (file: string) => import(new URL(`../dist/${file}`, import.meta.url).href);
  return { library: await load("index.js"), models: await load("models.js") };
}

export function newModel({ models }: Simdgrad, name: ModelName, dropout: number): Module {
  return name === "cnn" ? models.cnn({ seed: 0, dropout }) : models.linear({ seed: 0 });
}

export function trainingStep(simdgrad: Simdgrad, name: ModelName, batch: number, dropout = 0.5): TrainingStep {
  const { Adam, backward, crossEntropy, tensor } = simdgrad.library;
  const model = newModel(simdgrad, name, dropout);
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
