// A trained network as what an exported module computes: its steps and their parameters.

import { OptionError } from "../../lib/base/errors.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import type { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import type { Sequential } from "../../lib/nn/sequential.ts";
import { foldBatchNorm } from "./fold_batch_norm.ts";
import { type Layer, outputSize } from "./runtime/layer.ts";

export interface Plan {
  layers: Layer[];
  /** Of each layer the weight, then the bias. */
  parameters: Float32Array;
}

/** The image, then what a layer has made of it; a row of features has h = w = 1. */
interface Shape {
  h: number;
  w: number;
  c: number;
}

const SIDE = 28;

/**
 * Convolutions of the kind that the CNN has (3×3, padding 1, normalised, clipped and pooled), then linear layers.
 *
 * @throws {OptionError} a layer that an exported module has no code for, by name
 */
export function planOf(network: Sequential): Plan {
  const rest = network.children().filter(([, layer]) => !(layer instanceof Dropout));
  const layers: Layer[] = [];
  const parts: Float32Array[] = [];
  let shape: Shape = { h: SIDE, w: SIDE, c: 1 };
  for (let i = 0; i < rest.length; ) {
    const [name, layer] = rest[i];
    const [second, third, fourth] = rest.slice(i + 1, i + 4).map(([, next]) => next);
    if (layer instanceof Flatten && (shape.c === 1 || shape.h * shape.w === 1)) {
      shape = { h: 1, w: 1, c: shape.h * shape.w * shape.c };
      i += 1;
    } else if (layer instanceof Linear && shape.h * shape.w === 1) {
      const relu = second instanceof ReLU;
      const [inSize, out] = layer.weight.shape;
      layers.push({ op: "linear", in: inSize, out, relu });
      parts.push(layer.weight.data, layer.bias?.data ?? new Float32Array(out));
      shape = { h: 1, w: 1, c: out };
      i += relu ? 2 : 1;
    } else if (layer instanceof Conv2d && second instanceof BatchNorm2d && third instanceof ReLU) {
      const step = convolution(layer, fourth, shape) ?? refuse(name, layer, shape);
      const { weight, bias } = foldBatchNorm(layer, second);
      layers.push(step);
      parts.push(weight, bias);
      shape = step.pool === "mean" ? { h: 1, w: 1, c: step.cout } : { h: step.h >> 1, w: step.w >> 1, c: step.cout };
      i += 4;
    } else refuse(name, layer, shape);
  }
  if (layers.length === 0 || outputSize(layers[layers.length - 1]) !== 10) {
    throw new OptionError("export: the network does not end in ten logits; only readers of digits can be exported.");
  }
  return { layers, parameters: concatenate(parts) };
}

/** Null where no kernel does it. */
function convolution(conv: Conv2d, pooling: Module | undefined, { h, w }: Shape): (Layer & { op: "conv" }) | null {
  const [kh, kw, cin, cout] = conv.weight.shape;
  const isMean = pooling instanceof AdaptiveAvgPool2d && pooling.isGlobal;
  const isMax = pooling instanceof MaxPool2d && pooling.tilesBy(2) && h >= 2 && w >= 2;
  const isKernel = kh === 3 && kw === 3 && conv.stride === 1 && conv.padding === 1 && cout % 4 === 0;
  const hasChannels = cin === 1 ? isMax && h % 2 === 0 && w % 2 === 0 : cin % 4 === 0 && (isMax || isMean);
  return isKernel && hasChannels ? { op: "conv", h, w, cin, cout, pool: isMax ? "max" : "mean" } : null;
}

function refuse(name: string, layer: Module, { h, w, c }: Shape): never {
  throw new OptionError(
    `export: there is no code in an exported module for ${name}, a ${layer.constructor.name} on [${h}, ${w}, ${c}], ` +
      "in this place; export one of the networks in models/.",
    { name, input: [h, w, c] },
  );
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
