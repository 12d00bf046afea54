// ONNX: a network as other runtimes read it.

import { anything, check, checkOptions, object, type Rule, required, string } from "../base/check.ts";
import { formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { is } from "../nn/fusion.ts";
import { checkModule, join, type Module } from "../nn/module.ts";
import { Residual } from "../nn/residual.ts";
import { Sequential } from "../nn/sequential.ts";
import { VERSION } from "../runtime/version.ts";
import { checkShape, type Shape, sameShape } from "../tensor/shape.ts";
import { stateDict } from "./checkpoint.ts";
import { convertLayer } from "./onnx_layers.ts";
import { OnnxNodes, type OnnxParts } from "./onnx_nodes.ts";
import { encodeModel, type Value } from "./onnx_proto.ts";
import type { StoredTensor } from "./safetensors.ts";

export interface OnnxOptions {
  /** What the model takes, without the batch: [H, W, C], or [features]. */
  inputShape: Shape;
  /** The graph's name. */
  name: string;
  /** For people: what goes in and comes out. */
  description?: string;
  /** For programs: texts by key, e.g. how images are prepared. */
  metadata?: Readonly<Record<string, string>>;
  /** Default "images". */
  inputName?: string;
  /** Default "logits". */
  outputName?: string;
}

/** As ONNX wants them; so that it is no parameter's ("a.b") nor a node's ("a/b"). */
const NAME: Rule = {
  says: "letters, digits and _, no digit first",
  holds: (value) => typeof value === "string" && /^[A-Za-z_]\w*$/.test(value),
};

/**
 * The model in evaluation as an ONNX file: opset 17, IR version 8, f32, any batch size.
 *
 * Images go in as [N, C, H, W], ONNX's order, where the model itself takes [N, H, W, C]; with one channel the bytes are
 * the same. Parameters have PyTorch's names and layout. Layers stand one by one as in the model, dropout left out: what
 * folds and fuses is the reader's affair. Nested Sequentials are unrolled, Residuals too.
 *
 * @param model layers of this library; the mode it is in does not matter
 * @throws {OptionError} a layer that ONNX cannot express or that overrides forward, an invalid name
 * @throws {ShapeError} an inputShape that does not go through the layers; the layer is named
 *
 * @example writeFileSync("cnn.onnx", encodeOnnx(cnn(), { inputShape: [32, 32, 3], name: "cnn" }))
 */
export function encodeOnnx(model: Sequential, options: OnnxOptions): Uint8Array<ArrayBuffer> {
  checkModule("encodeOnnx", "model", model);
  checkOptions("encodeOnnx", options, {
    inputShape: required(anything),
    name: required(NAME),
    description: string,
    metadata: object,
    inputName: NAME,
    outputName: NAME,
  });
  const { name, description = "", metadata = {}, inputName = "images", outputName = "logits" } = options;
  for (const [key, value] of Object.entries(metadata)) check("encodeOnnx", `metadata.${key}`, value, string);
  if (inputName === outputName) {
    throw new OptionError(`encodeOnnx: inputName and outputName are both ${inputName}; they must differ.`, {
      inputName,
    });
  }
  const parts: OnnxParts = { nodes: [], values: [], initializers: [] };
  const input = { name: inputName, shape: channelsFirst(options.inputShape) };
  const state = stateDict(model);
  let last = append("", model, input, { parts, state });
  if (last === input) last = new OnnxNodes("", parts, state).add("Identity", [input.name], input.shape);

  const output = { name: outputName, shape: last.shape };
  const nodes = parts.nodes.map((node) => (node.output === last.name ? { ...node, output: outputName } : node));
  const values = parts.values.filter((value) => value !== last);
  const graph = { name, description, input, output, nodes, initializers: parts.initializers, values };
  return encodeModel(graph, ["simdgrad", VERSION], metadata);
}

interface Target {
  parts: OnnxParts;
  state: Readonly<Record<string, StoredTensor>>;
}

/** Adds a layer's nodes, or those of all the layers in it. @returns the value behind it */
function append(path: string, layer: Module, x: Value, target: Target): Value {
  if (is(layer, Sequential)) {
    return layer.layers.reduce((value, [name, child]) => append(join(path, name), child, value, target), x);
  }
  if (is(layer, Residual)) return appendResidual(path, layer, x, target);
  const y = convertLayer(layer, x, new OnnxNodes(path, target.parts, target.state));
  if (y) return y;
  const which = path === "" ? "the model" : path;
  throw new OptionError(
    `encodeOnnx: ${which} is a ${layer.constructor.name}, of which ONNX knows nothing. Build it from the library's ` +
      "layers, with their own forward.",
    { layer: path, type: layer.constructor.name },
  );
}

function appendResidual(path: string, { main, shortcut }: Residual, x: Value, target: Target): Value {
  const y = append(join(path, "main"), main, x, target);
  const s = shortcut ? append(join(path, "shortcut"), shortcut, x, target) : x;
  const to = new OnnxNodes(path, target.parts, target.state);
  if (!sameShape(y.shape, s.shape)) {
    throw new ShapeError(`${to.op}: the shapes of its two parts differ; x is ${formatShape(x.shape)}.`, { x: x.shape });
  }
  return to.add("Add", [y.name, s.name], y.shape);
}

function channelsFirst(shape: Shape): Shape {
  checkShape("encodeOnnx", shape);
  if ((shape.length !== 1 && shape.length !== 3) || shape.includes(0)) {
    throw new ShapeError(
      `encodeOnnx: inputShape must be [H, W, C] or [features], without the batch; got ${formatShape(shape)}.`,
      { inputShape: shape },
    );
  }
  const [h, w, c] = shape;
  return shape.length === 3 ? [c, h, w] : shape;
}
