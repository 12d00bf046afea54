// @internal GELU in ONNX, whose opset 17 has Erf and Tanh but no node for the whole.

import type { GELU } from "../nn/gelu.ts";
import type { OnnxNodes } from "./onnx_nodes.ts";
import type { Value } from "./onnx_proto.ts";

/**
 *   exact      x·(1 + erf(x/√2))·½
 *   by tanh    x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))·½
 *
 * The first is laid out as exporters of PyTorch have it, so that runtimes recognise it.
 */
export function geluNodes({ options }: GELU, x: Value, to: OnnxNodes): Value {
  const node = (type: string, role: string, a: string, b?: string): string =>
    to.add(type, b === undefined ? [a] : [a, b], x.shape, {}, role).name;
  const bent =
    options.approximate === "tanh"
      ? node("Tanh", "tanh", node("Mul", "scaled", cubic(x, node, to), to.constant("scale", Math.sqrt(2 / Math.PI))))
      : node("Erf", "erf", node("Div", "scaled", x.name, to.constant("root2", Math.sqrt(2))));
  const twice = node("Mul", "twice", x.name, node("Add", "plus_one", bent, to.constant("one", 1)));
  return to.add("Mul", [twice, to.constant("half", 0.5)], x.shape, {}, "gelu");
}

type Node = (type: string, role: string, a: string, b?: string) => string;

/** x + 0.044715·x³ */
function cubic(x: Value, node: Node, to: OnnxNodes): string {
  const cube = node("Mul", "cube", node("Mul", "square", x.name, x.name), x.name);
  return node("Add", "cubic", x.name, node("Mul", "cube_part", cube, to.constant("cube_factor", 0.044715)));
}
