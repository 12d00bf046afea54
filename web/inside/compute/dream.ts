// Dream: from paper, noise or a drawing uphill, by the gradient at the picture, to what a network takes most surely for a digit.

import { backward, crossEntropy, exact, type Sequential, scope, tensor } from "../../../lib/index.ts";
import { PIXELS } from "../side.ts";
import { blur, shift } from "./filters.ts";
import { inkOf, inputOf, pixelsOf } from "./ink.ts";
import { gradientOf, probabilitiesOf } from "./scores.ts";

export const DREAM_STEPS = 120;

/** Bare: the gradient alone. Smooth: shaken and blurred, so that strokes are rewarded, and grain is not. */
export type DreamStyle = "smooth" | "bare";
export type DreamStart = "paper" | "noise" | "drawing";

interface Manner {
  /** Length of a step. */
  readonly stride: number;
  /** The gradient's blur at the first step and at the last, in pixels. */
  readonly blurs: readonly [number, number];
  /** Blur of the picture after each step. */
  readonly softness: number;
  /** What share of all ink fades at each step. */
  readonly fading: number;
  /** The picture is shown to the network shifted by up to so many pixels, otherwise each time. */
  readonly shake: number;
}

const MANNERS: Readonly<Record<DreamStyle, Manner>> = {
  smooth: { stride: 1, blurs: [1.2, 0.6], softness: 0.4, fading: 0.05, shake: 1 },
  bare: { stride: 0.4, blurs: [0, 0], softness: 0, fading: 0, shake: 0 },
};

export interface DreamStep {
  readonly step: number;
  readonly pixels: Uint8Array;
  /** How sure the network is by now. */
  readonly probability: number;
}

/**
 * One step each time it is asked for. The same arguments dream the same.
 *
 * @param network in evaluation mode, frozen
 * @param start   0 to 255
 */
export function* dream(
  network: Sequential,
  digit: number,
  start: Uint8Array,
  style: DreamStyle,
): Generator<DreamStep, void> {
  const { stride, blurs, softness, fading, shake } = MANNERS[style];
  const random = randomFrom(digit + 1);
  let ink = inkOf(start);
  for (let step = 1; step <= DREAM_STEPS; step++) {
    const [right, down] = [0, 1].map(() => Math.round((2 * random() - 1) * shake));
    const seen = gradientTo(network, digit, shift(ink, right, down));
    const sigma = blurs[0] + ((blurs[1] - blurs[0]) * step) / DREAM_STEPS;
    const gradient = blur(shift(seen, -right, -down), sigma);
    const scale = stride / (Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0)) || 1);
    const next = ink.map((value, i) => Math.min(1, Math.max(0, (1 - fading) * value - scale * gradient[i])));
    ink = blur(next, softness);
    yield { step, pixels: pixelsOf(ink), probability: probabilitiesOf(network, [ink])[0][digit] };
  }
}

/** Where a dream begins: paper, the same noise each time, or what is drawn. */
export function startOf(kind: DreamStart, drawn: Uint8Array | null): Uint8Array {
  const random = randomFrom(0);
  if (kind === "noise") return Uint8Array.from({ length: PIXELS }, () => 96 * random());
  return kind === "drawing" && drawn ? drawn : new Uint8Array(PIXELS);
}

/** Of the cross-entropy: downhill the digit becomes surer. */
function gradientTo(network: Sequential, digit: number, ink: Float32Array): Float32Array {
  return scope(() => {
    const x = inputOf([ink]);
    x.requiresGrad = true;
    const logits = exact(() => network.forward(x));
    backward(crossEntropy(logits, tensor(Int32Array.of(digit))));
    return gradientOf(x);
  });
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator will do for noise that is looked at. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
