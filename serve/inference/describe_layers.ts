// describeLayers: a network's architecture, layer by layer.

import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  countParameters,
  Dropout,
  MaxPool2d,
  type Module,
  noGrad,
  type Sequential,
  scope,
  zeros,
} from "../../lib/index.ts";
import { SIDE } from "./served_model.ts";

export interface LayerDescription {
  name: string;
  type: string;
  settings: Record<string, number | number[]>;
  weights: Record<string, number[]>;
  output_shape: (number | null)[];
  parameters: number;
}

/** In order, each with the shape of its result for images; null stands for how many those are. */
export function describeLayers(network: Sequential): LayerDescription[] {
  return scope(() =>
    noGrad(() => {
      let x = zeros([1, SIDE, SIDE, 1]);
      return network.children().map(([name, layer]) => {
        x = layer.forward(x);
        return {
          name,
          type: layer.constructor.name,
          settings: settingsOf(layer),
          weights: Object.fromEntries(layer.namedParameters().map(([path, { shape }]) => [path, [...shape]])),
          output_shape: [null, ...x.shape.slice(1)],
          parameters: countParameters(layer),
        };
      });
    }),
  );
}

/** What it was made with, beside the sizes that its weights' shapes tell. */
function settingsOf(layer: Module): LayerDescription["settings"] {
  if (layer instanceof Conv2d) {
    const [rows, columns] = layer.weight.shape;
    return { kernel_size: [rows, columns], stride: layer.stride, padding: layer.padding };
  }
  if (layer instanceof MaxPool2d || layer instanceof AvgPool2d) {
    const { stride = layer.kernelSize, padding = 0 } = layer.options;
    return { kernel_size: sizes(layer.kernelSize), stride: sizes(stride), padding: sizes(padding) };
  }
  if (layer instanceof AdaptiveAvgPool2d) return { output_size: sizes(layer.outputSize) };
  if (layer instanceof BatchNorm2d) return { eps: layer.eps, momentum: layer.momentum };
  if (layer instanceof Dropout) return { p: layer.p };
  return {};
}

function sizes(size: number | readonly number[]): number | number[] {
  return typeof size === "number" ? size : [...size];
}
