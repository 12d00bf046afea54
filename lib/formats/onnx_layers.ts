// @internal What each layer is in ONNX: its nodes, in evaluation. Layers know nothing of this; a new one gets an entry here.

import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { AdaptiveAvgPool2d } from "../nn/adaptive_avg_pool2d.ts";
import { AvgPool2d } from "../nn/avg_pool2d.ts";
import { BatchNorm2d } from "../nn/batch_norm2d.ts";
import { Conv2d } from "../nn/conv2d.ts";
import { Dropout } from "../nn/dropout.ts";
import { Flatten } from "../nn/flatten.ts";
import { is } from "../nn/fusion.ts";
import { GELU } from "../nn/gelu.ts";
import { Linear } from "../nn/linear.ts";
import { MaxPool2d } from "../nn/max_pool2d.ts";
import type { Module } from "../nn/module.ts";
import { ReLU } from "../nn/relu.ts";
import { Sigmoid } from "../nn/sigmoid.ts";
import { Tanh } from "../nn/tanh.ts";
import { convGeometry } from "../ops/conv_geometry.ts";
import { adaptivePooling, pairOf, poolingOf } from "../ops/pool_windows.ts";
import { checkRank, type Shape, sizeOf } from "../tensor/shape.ts";
import { geluNodes } from "./onnx_gelu.ts";
import type { OnnxNodes } from "./onnx_nodes.ts";
import type { Value } from "./onnx_proto.ts";

type Convert<T> = (layer: T, x: Value, to: OnnxNodes) => Value;

/** The value behind the layer; null where none of the entries knows it. */
export function convertLayer(layer: Module, x: Value, to: OnnxNodes): Value | null {
  for (const convert of converters()) {
    const y = convert(layer, x, to);
    if (y) return y;
  }
  return null;
}

/** Made when asked for: a table made as the module loads would keep every layer in the bundle of anyone who uses one operation. */
function converters(): readonly ((layer: Module, x: Value, to: OnnxNodes) => Value | null)[] {
  return [
    entry(Conv2d, convolution),
    entry(BatchNorm2d, batchNorm),
    entry(MaxPool2d, (layer, x, to) => pool("MaxPool", layer, x, to)),
    entry(AvgPool2d, (layer, x, to) => pool("AveragePool", layer, x, to)),
    entry(AdaptiveAvgPool2d, adaptivePool),
    entry(Linear, linear),
    entry(ReLU, (_, x, to) => to.add("Relu", [x.name], x.shape)),
    entry(Sigmoid, (_, x, to) => to.add("Sigmoid", [x.name], x.shape)),
    entry(Tanh, (_, x, to) => to.add("Tanh", [x.name], x.shape)),
    entry(GELU, geluNodes),
    entry(Flatten, (_, x, to) => to.add("Flatten", [x.name], [sizeOf(x.shape)])),
    entry(Dropout, (_, x) => x),
  ];
}

function entry<T extends Module>(type: abstract new (...args: never[]) => T, convert: Convert<T>) {
  return (layer: Module, x: Value, to: OnnxNodes): Value | null => (is(layer, type) ? convert(layer, x, to) : null);
}

function convolution(layer: Conv2d, x: Value, to: OnnxNodes): Value {
  const { kh, kw, cout, stride, padding, oh, ow } = convGeometry(
    to.op,
    batchOfOne(x.shape),
    layer.weight.shape,
    null,
    layer,
  );
  const inputs = [x.name, to.parameter("weight"), ...(layer.bias ? [to.parameter("bias")] : [])];
  return to.add("Conv", inputs, [cout, oh, ow], {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
}

function batchNorm({ weight, eps }: BatchNorm2d, x: Value, to: OnnxNodes): Value {
  checkRank(to.op, "x", batchOfOne(x.shape), 4, "[N, H, W, C]");
  if (x.shape[0] !== weight.size) {
    throw new ShapeError(`${to.op}: x has ${x.shape[0]} channels, the layer ${weight.size}; they must be equal.`, {
      x: batchOfOne(x.shape),
    });
  }
  const names = ["weight", "bias", "running_mean", "running_var"];
  return to.add("BatchNormalization", [x.name, ...names.map((name) => to.parameter(name))], x.shape, {
    epsilon: { float32: eps },
  });
}

function pool(type: "MaxPool" | "AveragePool", layer: MaxPool2d | AvgPool2d, x: Value, to: OnnxNodes): Value {
  const { kernelSize, options } = layer;
  const { kernel, rows, cols } = poolingOf(to.op, batchOfOne(x.shape), { kernelSize, ...options });
  const [padTop, padLeft] = pairOf(options.padding ?? 0);
  return to.add(type, [x.name], [x.shape[0], rows.count, cols.count], {
    kernel_shape: kernel,
    strides: pairOf(options.stride ?? kernel),
    pads: [padTop, padLeft, padTop, padLeft],
    ...(type === "AveragePool" ? { count_include_pad: 1 } : {}),
  });
}

/** ONNX has the global one; where the windows are all alike, any other is a pool of that size. */
function adaptivePool({ outputSize }: AdaptiveAvgPool2d, x: Value, to: OnnxNodes): Value {
  const { rows, cols } = adaptivePooling(to.op, batchOfOne(x.shape), outputSize);
  const [c, h, w] = x.shape;
  const shape = [c, rows.count, cols.count];
  if (rows.count === 1 && cols.count === 1) return to.add("GlobalAveragePool", [x.name], shape);
  if (h % rows.count !== 0 || w % cols.count !== 0) {
    throw new OptionError(
      `${to.op}: ONNX has no AdaptiveAvgPool2d from ${h}×${w} to ${rows.count}×${cols.count}, whose windows differ in ` +
        "size. Use 1, or sizes that divide the map.",
      { outputSize, x: batchOfOne(x.shape) },
    );
  }
  const kernel = [h / rows.count, w / cols.count];
  return to.add("AveragePool", [x.name], shape, { kernel_shape: kernel, strides: kernel });
}

function linear({ weight, bias }: Linear, x: Value, to: OnnxNodes): Value {
  const [inFeatures, outFeatures] = weight.shape;
  if (x.shape.length !== 1 || x.shape[0] !== inFeatures) {
    const hint = x.shape.length > 1 ? " Put a Flatten before it." : "";
    throw new ShapeError(
      `${to.op}: x is ${formatShape(batchOfOne(x.shape))}; expected [1, ${inFeatures}] as the layer has it.${hint}`,
      { x: batchOfOne(x.shape) },
    );
  }
  // PyTorch's [out, in], hence transposed.
  const inputs = [x.name, to.parameter("weight"), ...(bias ? [to.parameter("bias")] : [])];
  return to.add("Gemm", inputs, [outFeatures], { transB: 1 });
}

/** [C, H, W] as a batch of one in our order, which messages speak of; other ranks as they are. */
function batchOfOne(shape: Shape): Shape {
  const [c, h, w] = shape;
  return shape.length === 3 ? [1, h, w, c] : [1, ...shape];
}
