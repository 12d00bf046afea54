// Networks that together use every layer that ONNX can express, in every way that gives other nodes.

import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { AvgPool2d } from "../../lib/nn/avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { GELU } from "../../lib/nn/gelu.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Residual } from "../../lib/nn/residual.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { Sigmoid } from "../../lib/nn/sigmoid.ts";
import { Tanh } from "../../lib/nn/tanh.ts";
import { rand } from "../../lib/ops/random.ts";

export interface OnnxNetwork {
  name: string;
  model: Sequential;
  /** Without the batch: [H, W, C] or [features]. */
  inputShape: readonly number[];
  /** The types of the nodes that must come out. */
  nodes: readonly string[];
}

/** Models of seed 1 whose statistics and normalisations are those of no new layer. */
export function onnxNetworks(): OnnxNetwork[] {
  const gelu = ["Div", "Erf", "Add", "Mul", "Mul"];
  const geluTanh = ["Mul", "Mul", "Mul", "Add", "Mul", "Tanh", "Add", "Mul", "Mul"];
  const networks: OnnxNetwork[] = [
    {
      name: "strided",
      inputShape: [11, 9, 3],
      model: new Sequential({
        conv: new Conv2d(3, 5, 3, { stride: 2, padding: 2, bias: false }),
        bn: new BatchNorm2d(5, { eps: 1e-3 }),
        gelu: new GELU(),
        pool: new MaxPool2d([3, 2], { stride: [2, 1], padding: [1, 0] }),
        // A map of 4 × 5: the order of flattening matters.
        flatten: new Flatten(),
        fc: new Linear(5 * 4 * 5, 7, { bias: false }),
      }),
      nodes: ["Conv", "BatchNormalization", ...gelu, "MaxPool", "Flatten", "Gemm"],
    },
    {
      name: "averaging",
      inputShape: [12, 10, 2],
      model: new Sequential({
        dropout: new Dropout(0.5),
        conv: new Conv2d(2, 4, 5, { padding: 1 }),
        tanh: new Tanh(),
        pool: new AvgPool2d([3, 2], { stride: [1, 2], padding: [1, 1] }),
        sigmoid: new Sigmoid(),
        halves: new AdaptiveAvgPool2d([2, 5]),
        flatten: new Flatten(),
        fc: new Linear(4 * 2 * 5, 3),
        dropout2: new Dropout(0.1),
      }),
      nodes: ["Conv", "Tanh", "AveragePool", "Sigmoid", "AveragePool", "Flatten", "Gemm"],
    },
    {
      name: "nested",
      inputShape: [8, 8, 1],
      model: new Sequential({
        block1: new Sequential({
          conv: new Conv2d(1, 8, 3, { padding: 1 }),
          act: new Sequential({ gelu: new GELU({ approximate: "tanh" }) }),
        }),
        block2: new Sequential({ conv: new Conv2d(8, 8, 1), bn: new BatchNorm2d(8), relu: new ReLU() }),
        pool: new AdaptiveAvgPool2d([1, 1]),
        flatten: new Flatten(),
      }),
      nodes: ["Conv", ...geluTanh, "Conv", "BatchNormalization", "Relu", "GlobalAveragePool", "Flatten"],
    },
    {
      name: "residual",
      inputShape: [6, 6, 3],
      model: new Sequential({
        down: new Residual(
          new Sequential({
            conv: new Conv2d(3, 4, 3, { stride: 2, padding: 1 }),
            bn: new BatchNorm2d(4),
            relu: new ReLU(),
          }),
          new Conv2d(3, 4, 1, { stride: 2 }),
        ),
        same: new Residual(new Conv2d(4, 4, 3, { padding: 1 })),
      }),
      nodes: ["Conv", "BatchNormalization", "Relu", "Conv", "Add", "Conv", "Add"],
    },
    {
      name: "features",
      inputShape: [6],
      model: new Sequential({ flatten: new Flatten(), fc1: new Linear(6, 9), gelu: new GELU(), fc2: new Linear(9, 4) }),
      nodes: ["Flatten", "Gemm", ...gelu, "Gemm"],
    },
    {
      name: "nothing",
      inputShape: [2, 3, 4],
      model: new Sequential({ dropout: new Dropout(0.5) }),
      nodes: ["Identity"],
    },
  ];
  for (const { model, inputShape } of networks) {
    model.initialize(1);
    for (const [name, parameter] of [...model.namedParameters(), ...model.namedBuffers()]) {
      if (name.includes("bn") && parameter.dtype === "f32")
        parameter.data.forEach((value, i, all) => {
          all[i] = value + 0.3 + 0.1 * i;
        });
    }
    // As a user would leave it after training: the mode must not matter.
    model.train().forward(rand([2, ...inputShape], { seed: 2 }));
  }
  return networks;
}
