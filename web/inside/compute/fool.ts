// Fool: the smallest change of a picture, in the Euclidean sense, that makes a network read another digit: searched for all nine
// others at once, each in a row of one batch.
//
// The direction of the change follows the gradient, its length is governed by itself: a little shorter after each step that fools the
// network, a little longer after each that does not, so that it closes in on the boundary from both sides.
//
// Source: Rony et al. 2019, arXiv:1811.09600 (Decoupling Direction and Norm).

import { backward, crossEntropy, exact, type Sequential, scope, tensor } from "../../../lib/index.ts";
import { PIXELS } from "../side.ts";
import { inkOf, inputOf, pixelsOf } from "./ink.ts";
import { CLASSES, gradientOf, largestOf, logitsOf } from "./scores.ts";

export const FOOL_STEPS = 80;
/** Of the change at first: long enough that most digits are reached in the first steps. */
const FIRST_LENGTH = 3;
/** By what share the length grows and shrinks. */
const RATE = 0.1;
/** Places on the way from the picture to its change where the network is asked whether it is fooled already. */
const PLACES = 32;

/** A picture that is read as `digit`, though it is hardly another one. */
export interface Fooling {
  readonly digit: number;
  /** As a file would hold it: rounded to bytes, and fooling all the same. */
  readonly pixels: Uint8Array;
  /** ‖change‖₂, of ink from 0 to 1: 1 is one pixel from paper to full ink. */
  readonly distance: number;
}

export interface FoolingStep {
  readonly step: number;
  /** The nearest so far for each digit; null where none was found, and for the digit that is read without a change. */
  readonly found: readonly (Fooling | null)[];
}

/**
 * One step each time it is asked for; the last one's findings are the answer.
 *
 * @param network in evaluation mode, frozen
 * @param pixels  what the network sees, 0 to 255
 */
export function* fool(network: Sequential, pixels: Uint8Array): Generator<FoolingStep, void> {
  const start = inkOf(pixels);
  const own = largestOf(logitsOf(network, [start])[0]);
  const targets = Array.from({ length: CLASSES }, (_, digit) => digit).filter((digit) => digit !== own);
  const searches = targets.map((digit) => ({ digit, ink: start, length: FIRST_LENGTH }));
  const found = new Array<Fooling | null>(CLASSES).fill(null);
  for (let step = 1; step <= FOOL_STEPS; step++) {
    const { logits, gradients } = pull(
      network,
      searches.map(({ ink }) => ink),
      targets,
    );
    const stride = 0.01 + 0.495 * (1 + Math.cos((Math.PI * step) / FOOL_STEPS));
    for (const [i, search] of searches.entries()) {
      const isFooled = largestOf(logits.subarray(i * CLASSES, (i + 1) * CLASSES)) === search.digit;
      if (isFooled) keep(found, search.digit, start, search.ink);
      search.length *= isFooled ? 1 - RATE : 1 + RATE;
      search.ink = moved(start, search.ink, gradients.subarray(i * PIXELS, (i + 1) * PIXELS), stride, search.length);
    }
    yield { step, found: [...found] };
  }
  yield {
    step: FOOL_STEPS,
    found: found.map((each) => each && nearestOnTheWay(network, start, each)),
  };
}

/** ‖a − b‖₂ */
export function distanceOf(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

/** Each picture's logits, and the gradient of the cross-entropy with the digit that it should be read as. */
function pull(
  network: Sequential,
  inks: readonly Float32Array[],
  digits: readonly number[],
): { logits: Float32Array; gradients: Float32Array } {
  return scope(() => {
    const x = inputOf(inks);
    x.requiresGrad = true;
    const logits = exact(() => network.forward(x));
    const values = logits.values.slice();
    backward(crossEntropy(logits, tensor(Int32Array.from(digits)), { reduction: "sum" }));
    return { logits: values, gradients: gradientOf(x) };
  });
}

/** start + length · direction, where the direction is that of the change so far and a stride down the gradient. */
function moved(
  start: Float32Array,
  ink: Float32Array,
  gradient: Float32Array,
  stride: number,
  length: number,
): Float32Array {
  const scale = stride / (norm(gradient) || 1);
  const change = ink.map((value, i) => value - start[i] - scale * gradient[i]);
  const factor = length / (norm(change) || 1);
  return start.map((value, i) => within(value + factor * change[i]));
}

function keep(found: (Fooling | null)[], digit: number, start: Float32Array, ink: Float32Array): void {
  const distance = distanceOf(start, ink);
  const best = found[digit];
  if (!best || distance < best.distance) found[digit] = { digit, pixels: pixelsOf(ink), distance };
}

/** Rounded to bytes a picture may not fool any more, or do so with less: the first that does on the way there, and a little beyond. */
function nearestOnTheWay(network: Sequential, start: Float32Array, { digit, pixels }: Fooling): Fooling | null {
  const end = inkOf(pixels);
  const way = Array.from({ length: PLACES }, (_, i) => 0.85 + (0.3 * i) / (PLACES - 1));
  const pictures = way.map((part) => pixelsOf(start.map((value, i) => value + part * (end[i] - value))));
  const inks = pictures.map(inkOf);
  const first = logitsOf(network, inks).findIndex((logits) => largestOf(logits) === digit);
  return first < 0 ? null : { digit, pixels: pictures[first], distance: distanceOf(start, inks[first]) };
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
