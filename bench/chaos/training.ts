// A short training whose every bit is known: what threads and memory are attacked in.

import { createHash } from "node:crypto";
import {
  AdamW,
  backward,
  clipGradNorm,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  type Module,
  Muon,
  type Optimizer,
  ReLU,
  rand,
  Sequential,
  SGD,
  scope,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { cnn, linear } from "../../models/index.ts";

const BATCH = 8;

/** A network with an optimizer of each kind that there is. */
const KINDS = {
  "linear, SGD": () => withOptimizer(linear({ seed: 1 }), (params) => new SGD(params, { lr: 0.1, momentum: 0.9 })),
  "CNN, AdamW": () => withOptimizer(cnn({ seed: 1 }), (params) => new AdamW(params, { lr: 1e-3 })),
  "MLP, Muon": () => withOptimizer(mlp(), (params) => new Muon(params, { lr: 1e-3 })),
  "CNN, Muon": () => withOptimizer(cnn({ seed: 1 }), (params) => new Muon(params, { lr: 1e-3 })),
};

export type TrainingKind = keyof typeof KINDS;
export const TRAINING_KINDS = Object.keys(KINDS) as TrainingKind[];

export interface Training extends Disposable {
  model: Module;
  optimizer: Optimizer;
  /** The k-th step, with dropout, its gradients clipped. */
  step(k: number): void;
  /** The SHA-256 of weights, running statistics and the optimizer's state. */
  digest(): string;
  /** The same of the parts that are no running statistics. */
  digestOfWeights(): string;
}

/** A training from its beginning: two of a kind go through the same bits. */
export function startTraining(kind: TrainingKind): Training {
  const { model, optimizer } = KINDS[kind]();
  const x = rand([BATCH, 28, 28, 1], { seed: 1 }).keep();
  const labels = Array.from({ length: BATCH }, (_, i) => i % 10);
  const y = tensor(labels, [BATCH], "i32").keep();
  const weights = (): Tensor[] => [...model.parameters(), ...Object.values(optimizer.state())];
  const buffers = (): Tensor[] => model.namedBuffers().map(([, buffer]) => buffer);
  model.train();
  return {
    model,
    optimizer,
    step(k) {
      model.setRandomState(7, k);
      scope(() => {
        optimizer.zeroGrad();
        backward(crossEntropy(model.forward(x), y));
        clipGradNorm(model.parameters(), 1);
        optimizer.step();
      });
    },
    digest: () => digestOf([...weights(), ...buffers()]),
    digestOfWeights: () => digestOf(weights()),
    [Symbol.dispose]() {
      optimizer.zeroGrad();
      for (const each of [x, y, ...weights(), ...buffers()]) each.dispose();
    },
  };
}

/** The digest after so many steps, from the beginning. */
export function digestAfter(kind: TrainingKind, steps: number): string {
  using training = startTraining(kind);
  for (let k = 0; k < steps; k++) training.step(k);
  return training.digest();
}

function mlp(): Module {
  return new Sequential([new Flatten(), new Linear(784, 16), new ReLU(), new Dropout(0.3), new Linear(16, 10)], {
    seed: 1,
  });
}

function withOptimizer(
  model: Module,
  make: (params: Tensor<"f32">[]) => Optimizer,
): { model: Module; optimizer: Optimizer } {
  return { model, optimizer: make(model.parameters()) };
}

function digestOf(tensors: readonly Tensor[]): string {
  const hash = createHash("sha256");
  for (const { values } of tensors) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}
