// @internal The messages of an ONNX file, by their field numbers.
// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import type { Shape } from "../tensor/shape.ts";
import { bytes, concat, float, integer, message, packedIntegers, text } from "./protobuf.ts";

/** An integer, several, or a float, which `float32` marks. */
export type Attribute = number | readonly number[] | { readonly float32: number };

export interface OnnxNode {
  name: string;
  type: string;
  inputs: readonly string[];
  output: string;
  attributes: Readonly<Record<string, Attribute>>;
}

/** A value between nodes; the batch stands before its shape. */
export interface Value {
  name: string;
  shape: Shape;
}

export interface Initializer extends Value {
  data: Float32Array;
}

export interface OnnxGraph {
  name: string;
  description: string;
  input: Value;
  output: Value;
  nodes: readonly OnnxNode[];
  initializers: readonly Initializer[];
  /** What lies between input and output. */
  values: readonly Value[];
}

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT32 = 1;
/** Kinds of attribute. */
const KIND = { float: 1, integer: 2, integers: 7 };
/** The name of the first dimension. */
const BATCH = "N";

/** @param producer who wrote it, and the version */
export function encodeModel(
  graph: OnnxGraph,
  producer: readonly [name: string, version: string],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  return concat([
    integer(1, IR_VERSION),
    text(2, producer[0]),
    text(3, producer[1]),
    text(6, graph.description),
    message(7, graphFields(graph)),
    message(8, [text(1, ""), integer(2, OPSET)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
}

function graphFields({ name, input, output, nodes, initializers, values }: OnnxGraph): Uint8Array[] {
  return [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, name),
    ...initializers.map((initializer) => message(5, initializerFields(initializer))),
    message(11, valueFields(input)),
    message(12, valueFields(output)),
    ...values.map((value) => message(13, valueFields(value))),
  ];
}

function nodeFields({ name, type, inputs, output, attributes }: OnnxNode): Uint8Array[] {
  return [
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, name),
    text(4, type),
    ...Object.entries(attributes).map(([key, value]) => message(5, [text(1, key), ...attributeFields(value)])),
  ];
}

function attributeFields(value: Attribute): Uint8Array[] {
  if (typeof value === "number") return [integer(3, value), integer(20, KIND.integer)];
  if ("float32" in value) return [float(2, value.float32), integer(20, KIND.float)];
  return [packedIntegers(8, value), integer(20, KIND.integers)];
}

function initializerFields({ name, shape, data }: Initializer): Uint8Array[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [packedIntegers(1, shape), integer(2, FLOAT32), text(8, name), bytes(9, raw)];
}

function valueFields({ name, shape }: Value): Uint8Array[] {
  const dims = [text(2, BATCH), ...shape.map((dim) => integer(1, dim))].map((dim) => message(1, [dim]));
  return [text(1, name), message(2, [message(1, [integer(1, FLOAT32), message(2, dims)])])];
}
