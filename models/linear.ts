// Softmax regression: the smallest network there is, 7,850 parameters. What it reads of MNIST's test digits: docs/results.md.
//
//   layer     output        parameters
//   input     [N, 28, 28, 1]
//   flatten   [N, 784]
//   fc        [N, 10]       784·10 + 10

import { checkOptions, integer } from "../lib/base/check.ts";
import { Flatten } from "../lib/nn/flatten.ts";
import { Linear } from "../lib/nn/linear.ts";
import { Sequential } from "../lib/nn/sequential.ts";
import type { Network } from "./network.ts";
import { type PresetSettings, STILL } from "./recipe.ts";

/**
 * @param options.seed of the initial values; default 0
 * @returns a network from normalised images [N, 28, 28, 1] to logits [N, 10]
 * @throws {OptionError} a bad seed, or an option of another name
 */
export function linear(options: { seed?: number } = {}): Sequential {
  checkOptions("linear", options, { seed: integer(0) });
  const { seed = 0 } = options;
  return new Sequential({ flatten: new Flatten(), fc: new Linear(784, 10) }, { seed });
}

const STANDARD: PresetSettings = {
  epochs: 10,
  batchSize: 64,
  optimizer: "adam",
  schedule: "cosine",
  lr: { sgd: 0.01, adam: 1e-3, adamw: 1e-3 },
  betas: [0.9, 0.999],
  decay: "weights",
  labelSmoothing: 0,
  dropout: null,
  average: 0,
  keep: "best",
  augment: STILL,
};

/** Presets were chosen on the validation images alone: docs/results.md. */
export const LINEAR: Network = {
  kind: "softmax regression",
  label: "the linear model",
  build: linear,
  presets: {
    fast: { ...STANDARD, epochs: 2 },
    standard: STANDARD,
    // Longer, or with augmentation, it fits the training images better and the validation images worse.
    best: { ...STANDARD, epochs: 20, optimizer: "adamw", weightDecay: { adamw: 0.1 }, average: 0.999 },
  },
  isShipped: true,
  isWorthThreads: false,
};
