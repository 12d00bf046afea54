// The networks that are compared. Each is described here, once: the description goes to the contestants as JSON, and all
// build from it what they run.

import { oneOf } from "../options.ts";

export type Layer =
  | { type: "linear"; in: number; out: number }
  | { type: "conv"; in: number; out: number; kernel: number; stride: number; padding: number; bias: boolean }
  | { type: "batchNorm"; channels: number }
  /** Of windows that lie side by side. */
  | { type: "maxPool"; size: number }
  | { type: "dropout"; rate: number }
  /** main(x) + shortcut(x), or + x. */
  | { type: "residual"; main: Layers; shortcut: Layers | null }
  /** `meanPool` is over the whole map; `flatten` in the order channel, row, column. */
  | { type: "relu" | "meanPool" | "flatten" };

/** In order, by the names that lead those of their parameters: "conv1" has "conv1.weight". */
export type Layers = Readonly<Record<string, Layer>>;

export interface Network {
  title: string;
  /** Without the batch: [features], or [channels, height, width]. */
  input: readonly number[];
  /** Of training, and the larger of inference. */
  batch: number;
  /** With PyTorch's defaults, but for the learning rate, 1e-3. */
  optimizer: "adam" | "adamw";
  layers: Layers;
}

const relu: Layer = { type: "relu" };
const meanPool: Layer = { type: "meanPool" };
const flatten: Layer = { type: "flatten" };
const halve: Layer = { type: "maxPool", size: 2 };
const linear = (inFeatures: number, out: number): Layer => ({ type: "linear", in: inFeatures, out });
const dropout = (rate: number): Layer => ({ type: "dropout", rate });
const norm = (channels: number): Layer => ({ type: "batchNorm", channels });

function conv(cin: number, out: number, kernel: number, options: { stride?: number; padding?: number } = {}): Layer {
  return { type: "conv", in: cin, out, kernel, stride: 1, padding: 0, bias: true, ...options };
}

/** Before a normalisation, which takes a bias out again. */
function plain(cin: number, out: number, kernel: number, stride: number): Layer {
  return { type: "conv", in: cin, out, kernel, stride, padding: kernel >> 1, bias: false };
}

/** ResNet's basic block; where it changes the shape, its shortcut is a 1×1 convolution. */
function basicBlock(cin: number, out: number, stride: number): Layer {
  const main: Layers = {
    conv1: plain(cin, out, 3, stride),
    bn1: norm(out),
    relu1: relu,
    conv2: plain(out, out, 3, 1),
    bn2: norm(out),
  };
  return {
    type: "residual",
    main,
    shortcut: stride === 1 ? null : { conv: plain(cin, out, 1, stride), bn: norm(out) },
  };
}

function mlp(hidden: number): Layers {
  return {
    fc1: linear(784, hidden),
    relu1: relu,
    fc2: linear(hidden, hidden),
    relu2: relu,
    fc3: linear(hidden, 10),
  };
}

/** By the name that `--network` takes. */
export const networks = {
  /** models/cnn.ts */
  cnn: {
    title: "CNN",
    input: [1, 28, 28],
    batch: 64,
    optimizer: "adam",
    layers: {
      conv1: conv(1, 32, 3, { padding: 1 }),
      bn1: norm(32),
      relu1: relu,
      pool1: halve,
      conv2: conv(32, 64, 3, { padding: 1 }),
      bn2: norm(64),
      relu2: relu,
      pool2: halve,
      conv3: conv(64, 128, 3, { padding: 1 }),
      bn3: norm(128),
      relu3: relu,
      pool3: meanPool,
      flatten,
      dropout1: dropout(0.5),
      fc1: linear(128, 64),
      relu4: relu,
      dropout2: dropout(0.3),
      fc2: linear(64, 10),
    },
  },
  mlp256: { title: "MLP 784-256-256-10", input: [784], batch: 64, optimizer: "adamw", layers: mlp(256) },
  mlp1024: { title: "MLP 784-1024-1024-10", input: [784], batch: 128, optimizer: "adamw", layers: mlp(1024) },
  lenet5: {
    title: "LeNet-5",
    input: [1, 28, 28],
    batch: 64,
    optimizer: "adamw",
    layers: {
      conv1: conv(1, 6, 5, { padding: 2 }),
      relu1: relu,
      pool1: halve,
      conv2: conv(6, 16, 5),
      relu2: relu,
      pool2: halve,
      flatten,
      fc1: linear(400, 120),
      relu3: relu,
      fc2: linear(120, 84),
      relu4: relu,
      fc3: linear(84, 10),
    },
  },
  resnet8: {
    title: "ResNet-8",
    input: [3, 32, 32],
    batch: 64,
    optimizer: "adamw",
    layers: {
      conv1: plain(3, 16, 3, 1),
      bn1: norm(16),
      relu1: relu,
      block1: basicBlock(16, 16, 1),
      relu2: relu,
      block2: basicBlock(16, 32, 2),
      relu3: relu,
      block3: basicBlock(32, 64, 2),
      relu4: relu,
      pool: meanPool,
      flatten,
      fc: linear(64, 10),
    },
  },
  vgg: {
    title: "VGG-like 64-64-128-128-256",
    input: [3, 32, 32],
    batch: 32,
    optimizer: "adamw",
    layers: {
      conv1: conv(3, 64, 3, { padding: 1 }),
      bn1: norm(64),
      relu1: relu,
      conv2: conv(64, 64, 3, { padding: 1 }),
      bn2: norm(64),
      relu2: relu,
      pool2: halve,
      conv3: conv(64, 128, 3, { padding: 1 }),
      bn3: norm(128),
      relu3: relu,
      conv4: conv(128, 128, 3, { padding: 1 }),
      bn4: norm(128),
      relu4: relu,
      pool4: halve,
      conv5: conv(128, 256, 3, { padding: 1 }),
      bn5: norm(256),
      relu5: relu,
      pool5: meanPool,
      flatten,
      fc: linear(256, 10),
    },
  },
} as const satisfies Record<string, Network>;

export type NetworkName = keyof typeof networks;

export const NETWORK_NAMES = Object.keys(networks) as NetworkName[];

/** Those that `--network` asks for: this one; all where it is not given. @throws {OptionProblem} there is none of that name */
export function networksAsked(name: string | undefined): readonly NetworkName[] {
  return name === undefined ? NETWORK_NAMES : [oneOf("network", NETWORK_NAMES, name)];
}
