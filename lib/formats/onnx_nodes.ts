// @internal Where the nodes of one layer go, and the names they get: the layer's path, a "/", and what it is within the layer.

import { join } from "../nn/module.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Attribute, Initializer, OnnxNode, Value } from "./onnx_proto.ts";
import type { StoredTensor } from "./safetensors.ts";

/** What all layers add to. */
export interface OnnxParts {
  nodes: OnnxNode[];
  values: Value[];
  initializers: Initializer[];
}

export class OnnxNodes {
  /** As errors begin. */
  readonly op: string;

  /** @param state the whole model's, in PyTorch's names and layout, which are ONNX's */
  constructor(
    private readonly path: string,
    private readonly parts: OnnxParts,
    private readonly state: Readonly<Record<string, StoredTensor>>,
  ) {
    this.op = `encodeOnnx: ${path}`;
  }

  /**
   * One node with one output.
   *
   * @param shape of the output, without the batch
   * @param role  its name within the layer
   * @returns the output
   */
  add(
    type: string,
    inputs: readonly string[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    role = type,
  ): Value {
    const output = { name: `${this.path}/${role}`, shape };
    this.parts.nodes.push({ name: output.name, type, inputs, output: output.name, attributes });
    this.parts.values.push(output);
    return output;
  }

  /** A parameter or buffer of the layer. @returns its name, e.g. "conv1.weight" */
  parameter(own: string): string {
    const name = join(this.path, own);
    const { shape, data } = this.state[name];
    this.parts.initializers.push({ name, shape, data: data as Float32Array });
    return name;
  }

  /** A scalar. @returns its name */
  constant(role: string, value: number): string {
    const name = `${this.path}/${role}`;
    this.parts.initializers.push({ name, shape: [], data: Float32Array.of(value) });
    return name;
  }
}
