// Saliency: how a digit's score changes with each pixel's ink. A score is a logit against the mean of all ten, since what is added
// to all of them changes no answer.

import type { Sequential } from "../../../lib/index.ts";
import { PIXELS } from "../side.ts";
import { inkOf } from "./ink.ts";
import { largestOf, scoresOf } from "./scores.ts";

export interface Saliency {
  /** Whose score it is. */
  readonly digit: number;
  /** ∂score/∂ink of every pixel: above 0 where more ink speaks for the digit. */
  readonly gradient: Float32Array;
}

/** @param digit null: the one that the network reads */
export function saliencyOf(network: Sequential, pixels: Uint8Array, digit: number | null): Saliency {
  const { logits, gradients } = scoresOf(network, inkOf(pixels));
  const of = digit ?? largestOf(logits);
  const gradient = new Float32Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const mean = gradients.reduce((sum, each) => sum + each[i], 0) / gradients.length;
    gradient[i] = gradients[of][i] - mean;
  }
  return { digit: of, gradient };
}
