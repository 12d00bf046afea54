// A network of networks.ts in f64, over its state as PyTorch lays it out, put together from the references of lib/selftest.

import { type Array64, all64, map64, type Operand64 } from "../../lib/selftest/array64.ts";
import { batchNorm2d64 } from "../../lib/selftest/layers64.ts";
import { flatten64, matmul64, relu64, transpose64 } from "../../lib/selftest/ops64.ts";
import { adaptiveAvgPooling64, conv2d64, maxPooling64, pool2d64 } from "../../lib/selftest/windows64.ts";
import type { State64 } from "../network64.ts";
import type { Layer, Layers } from "./networks.ts";

/**
 * The logits, without dropout.
 *
 * @param x          [N, features] or [N, H, W, C]
 * @param isTraining whether BatchNorm uses the statistics of these images
 */
export function logits64(layers: Layers, state: State64, x: Operand64, isTraining: boolean, path = ""): Array64 {
  return Object.entries(layers).reduce(
    (h, [name, layer]) => layer64(layer, state, h, isTraining, path + name),
    map64(x, (value) => value),
  );
}

function layer64(layer: Layer, state: State64, x: Array64, isTraining: boolean, path: string): Array64 {
  const of = (name: string): Array64 => state[`${path}.${name}`];
  switch (layer.type) {
    case "linear":
      return all64(matmul64(x, all64(transpose64()(of("weight"))), of("bias")));
    case "conv":
      // [out, in, kernel, kernel] there, [kernel, kernel, in, out] here.
      return all64(conv2d64(layer)(x, all64(transpose64([2, 3, 1, 0])(of("weight"))), of("bias")));
    case "batchNorm": {
      const running = { mean: of("running_mean").data, variance: of("running_var").data };
      return all64(batchNorm2d64(isTraining ? {} : { running })(x, of("weight"), of("bias")));
    }
    case "maxPool":
      return all64(pool2d64(maxPooling64({ kernelSize: layer.size }))(x));
    case "meanPool":
      return all64(pool2d64(adaptiveAvgPooling64(1))(x));
    case "relu":
      return map64(x, relu64);
    case "flatten":
      return all64(flatten64(x));
    case "dropout":
      return x;
    case "residual": {
      const main = logits64(layer.main, state, x, isTraining, `${path}.main.`);
      const shortcut = layer.shortcut ? logits64(layer.shortcut, state, x, isTraining, `${path}.shortcut.`) : x;
      return map64(main, (value, i) => value + shortcut.data[i]);
    }
  }
}
