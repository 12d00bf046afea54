// The backward pass of one operation, alone: without the loss and the sums that a tape needs around it.

import { Node } from "../lib/autograd/node.ts";
import { noGrad, type Tensor } from "../lib/index.ts";
import { viewOf } from "../lib/tensor/view.ts";

type Gradient = Tensor<"f32"> | null;

/** The gradients of the inputs that `y` was computed from, given its own. Views on the way are gone through. */
export function backwardOf(y: Tensor, dy: Tensor<"f32">, inputs: readonly Tensor[]): Gradient[] {
  const { node } = y;
  if (!(node instanceof Node)) throw new TypeError("backwardOf: y was not recorded.");
  const results = noGrad(() => node.backward(viewOf(dy, dy.shape), []));
  const before = node.inputs.findIndex((input) => input.node instanceof Node);
  const gradient = results[before];
  if (gradient) return backwardOf(node.inputs[before], gradient, inputs);
  return inputs.map((input) => results[node.inputs.indexOf(input)] ?? null);
}
