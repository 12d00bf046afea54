// The backward pass of one operation, alone: without the loss and the sums that a tape needs around it.

import { Node } from "../lib/autograd/node.ts";
import { noGrad, type Tensor } from "../lib/index.ts";

/** The gradients of the inputs that `y` was computed from, given its own. */
export function backwardOf(y: Tensor, dy: Tensor<"f32">): readonly (Tensor<"f32"> | null)[] {
  const { node } = y;
  if (!(node instanceof Node)) throw new TypeError("backwardOf: y was not recorded.");
  return noGrad(() => node.backward(dy));
}
