// What a network makes of pictures: the logits of the ten digits, and how each changes with every pixel's ink.

import { MNIST_NORMALIZATION } from "../../../data/index.ts";
import {
  backward,
  exact,
  type Module,
  mul,
  noGrad,
  type Sequential,
  scope,
  softmax,
  sum,
  type Tensor,
  tensor,
} from "../../../lib/index.ts";
import { PIXELS } from "../side.ts";
import { inputOf } from "./ink.ts";

export const CLASSES = 10;
const STD = MNIST_NORMALIZATION.std as number;

export interface Scores {
  readonly logits: Float32Array;
  /** For each digit ∂logit/∂ink, of every pixel. */
  readonly gradients: readonly Float32Array[];
}

/**
 * All ten gradients by one backward pass: of ten copies of the picture, the loss is the sum of the logit of 0 for the first, of 1
 * for the second, and so on, so that each copy's gradient is that of its own digit. Exact: what a dead ReLU hides from a digit has
 * the gradient 0, not what Winograd's rounding makes of it.
 *
 * @param network in evaluation mode, frozen
 */
export function scoresOf(network: Sequential, ink: Float32Array): Scores {
  return scope(() => {
    const x = inputOf(new Array<Float32Array>(CLASSES).fill(ink));
    x.requiresGrad = true;
    const logits = exact(() => network.forward(x));
    const own = tensor(
      Float32Array.from({ length: CLASSES * CLASSES }, (_, i) => (i % (CLASSES + 1) === 0 ? 1 : 0)),
      [CLASSES, CLASSES],
    );
    const values = logits.values.slice(0, CLASSES);
    backward(sum(mul(logits, own)));
    // ∂logit/∂ink = ∂logit/∂x · ∂x/∂ink, and x = (ink − mean)/std.
    const all = gradientOf(x).map((value) => value / STD);
    return { logits: values, gradients: rowsOf(all, PIXELS) };
  });
}

/** The logits of each picture. */
export function logitsOf(network: Sequential, inks: readonly Float32Array[]): Float32Array[] {
  return scope(() => rowsOf(noGrad(() => network.forward(inputOf(inks))).values, CLASSES));
}

/** The probabilities of each picture. */
export function probabilitiesOf(network: Sequential, inks: readonly Float32Array[]): Float32Array[] {
  return scope(() => rowsOf(noGrad(() => softmax(network.forward(inputOf(inks)), -1)).values, CLASSES));
}

/** No gradient of its weights is computed from now on: here only the picture changes. */
export function freeze(network: Module): void {
  for (const parameter of network.parameters()) parameter.requiresGrad = false;
}

/** The largest one's index; among equals the first. */
export function largestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** ∂loss/∂x, once backward was called; x gives its own back. */
export function gradientOf(x: Tensor): Float32Array {
  if (!x.grad) throw new Error("no gradient reached the picture");
  const values = x.grad.values.slice();
  x.grad.dispose();
  return values;
}

function rowsOf(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
}
