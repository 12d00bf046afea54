// A small convolutional network: 102,026 parameters. What it reads of MNIST's test digits: docs/results.md.
//
//   layer                 output               parameters
//   input                 [N, 28, 28, 1]
//   conv1, bn1, relu1     [N, 28, 28, 32]      3·3·1·32 + 32,    2·32
//   pool1                 [N, 14, 14, 32]
//   conv2, bn2, relu2     [N, 14, 14, 64]      3·3·32·64 + 64,   2·64
//   pool2                 [N, 7, 7, 64]
//   conv3, bn3, relu3     [N, 7, 7, 128]       3·3·64·128 + 128, 2·128
//   pool3                 [N, 1, 1, 128]
//   flatten, dropout1     [N, 128]
//   fc1, relu4, dropout2  [N, 64]              128·64 + 64
//   fc2                   [N, 10]              64·10 + 10

import { below1, checkOptions, integer } from "../lib/base/check.ts";
import { AdaptiveAvgPool2d } from "../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../lib/nn/conv2d.ts";
import { Dropout } from "../lib/nn/dropout.ts";
import { Flatten } from "../lib/nn/flatten.ts";
import { Linear } from "../lib/nn/linear.ts";
import { MaxPool2d } from "../lib/nn/max_pool2d.ts";
import { ReLU } from "../lib/nn/relu.ts";
import { Sequential } from "../lib/nn/sequential.ts";
import type { Network } from "./network.ts";
import { type PresetSettings, STILL } from "./recipe.ts";

/**
 * @param options.seed    of the initial values and the dropout masks; default 0
 * @param options.dropout rate before fc1; 0.6 of it before fc2; default 0.5, so 0.5 and 0.3
 * @returns a network from normalised images [N, 28, 28, 1] to logits [N, 10]
 * @throws {OptionError} a rate outside [0, 1), a bad seed, or an option of another name
 */
export function cnn(options: { seed?: number; dropout?: number } = {}): Sequential {
  checkOptions("cnn", options, { seed: integer(0), dropout: below1 });
  const { seed = 0, dropout = 0.5 } = options;
  return new Sequential(
    {
      conv1: new Conv2d(1, 32, 3, { padding: 1 }),
      bn1: new BatchNorm2d(32),
      relu1: new ReLU(),
      pool1: new MaxPool2d(2),
      conv2: new Conv2d(32, 64, 3, { padding: 1 }),
      bn2: new BatchNorm2d(64),
      relu2: new ReLU(),
      pool2: new MaxPool2d(2),
      conv3: new Conv2d(64, 128, 3, { padding: 1 }),
      bn3: new BatchNorm2d(128),
      relu3: new ReLU(),
      pool3: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      dropout1: new Dropout(dropout),
      fc1: new Linear(128, 64),
      relu4: new ReLU(),
      dropout2: new Dropout(0.6 * dropout),
      fc2: new Linear(64, 10),
    },
    { seed },
  );
}

const FAST: PresetSettings = {
  epochs: 1,
  batchSize: 64,
  optimizer: "adamw",
  schedule: "one-cycle",
  lr: { sgd: 0.1, adam: 2e-2, adamw: 2e-2, muon: 5e-3 },
  // Short memories let Adam follow the steep one-cycle: more than half a point after one epoch.
  betas: [0.8, 0.95],
  decay: "all",
  labelSmoothing: 0.05,
  // One epoch is too short for overfitting: dropout only slows it.
  dropout: 0,
  average: 0,
  keep: "best",
  augment: STILL,
};

/**
 * The rate stays high, and what it makes noisy is averaged: over about the last tenth of the run, the average's memory growing
 * with it. A rate that falls to nothing learns the distorted training images by heart instead, and reads fewer of the validation
 * images.
 */
const STANDARD: PresetSettings = {
  ...FAST,
  epochs: 10,
  schedule: "cosine",
  floor: 0.3,
  decay: "weights",
  weightDecay: { adamw: 0.02, muon: 0.02 },
  average: 0.9998,
  // By a few validation images the best epoch is one of luck; the last has had all of the schedule.
  keep: "last",
  // As far as writers slant, bend and press differently. The network is small: it learns no more of stronger distortions, and
  // dropout costs more than it brings.
  augment: { ...STILL, rotate: 10, shift: 1.5, scale: 0.1, shear: 0.1, elastic: 1, thickness: 0.2 },
};

/** Digits as other hands, pens, scanners and cameras give them, too; what is seen in more ways takes more epochs to learn. */
const BEST: PresetSettings = {
  ...STANDARD,
  epochs: 36,
  optimizer: "muon",
  // A thousand are enough to see how it goes, and to calibrate.
  validation: 1000,
  augment: {
    ...{ rotate: 16, shift: 1.5, scale: 0.12, shear: 0.1, elastic: 1, thickness: 0.5 },
    ...{ stretch: 0.5, gaps: 2, blur: 0.6, coarse: 1.5, contrast: 0.5, noise: 0.3, blocks: 0.25 },
  },
};

/** Presets were chosen on the validation images alone: docs/results.md. */
export const CNN: Network = {
  kind: "a convolutional network",
  label: "the CNN",
  build: cnn,
  presets: {
    fast: FAST,
    standard: STANDARD,
    best: BEST,
  },
  isShipped: true,
  isWorthThreads: true,
};
