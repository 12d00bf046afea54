// Stages: a network as one sees it, from what is learned to what comes out: a convolution or a linear layer, with the batch
// normalisation and the ReLU behind it. Pooling and the like stand between two stages.

import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../../../lib/index.ts";

export interface Stage {
  /** The layer that it begins with, and the layer whose result it shows. */
  readonly name: string;
  readonly result: string;
  /** The layer whose result it reads; null: the picture itself. */
  readonly source: string | null;
  readonly layer: Conv2d | Linear;
  readonly norm: BatchNorm2d | null;
  readonly isRectified: boolean;
  /** What is done to its maps before the next stage reads them. */
  readonly pooling: "max" | "mean" | null;
}

/** @throws {Error} a network without a stage */
export function stagesOf(network: Sequential): Stage[] {
  const layers = network.children();
  const stages = layers.flatMap(([name, layer], i): Stage[] => {
    if (!(layer instanceof Conv2d || layer instanceof Linear)) return [];
    let last = i;
    const norm = layers[last + 1]?.[1];
    if (norm instanceof BatchNorm2d) last++;
    const isRectified = layers[last + 1]?.[1] instanceof ReLU;
    if (isRectified) last++;
    return [
      {
        name,
        result: layers[last][0],
        source: layers[i - 1]?.[0] ?? null,
        layer,
        norm: norm instanceof BatchNorm2d ? norm : null,
        isRectified,
        pooling: poolingOf(layers[last + 1]?.[1]),
      },
    ];
  });
  if (stages.length === 0) throw new Error("the network has no convolution and no linear layer");
  return stages;
}

/** From the picture to what the last layer but one says of it. @throws {Error} a network of one stage */
export function hiddenPart(network: Sequential): Sequential {
  const hidden = stagesOf(network).at(-2);
  if (!hidden) throw new Error("the network has no hidden layer");
  const layers = network.children();
  const end = layers.findIndex(([name]) => name === hidden.result) + 1;
  return new Sequential(Object.fromEntries(layers.slice(0, end)));
}

function poolingOf(layer: Module | undefined): Stage["pooling"] {
  if (layer instanceof MaxPool2d) return "max";
  return layer instanceof AdaptiveAvgPool2d ? "mean" : null;
}
