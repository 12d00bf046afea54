// What the networks make of MNIST's test digits: the map of a thousand of them, and all that is read wrong.

import type { DigitSet } from "../../../data/index.ts";
import {
  type ConfusionMatrix,
  evaluationOf,
  predictAsync,
  type Sequential,
  scope,
  softmax,
} from "../../../lib/index.ts";
import { type Mistake, worstMistakes } from "../../../lib/plot/index.ts";
import { inkOf, inputOf } from "./ink.ts";
import { type Components, principalComponents, project } from "./pca.ts";
import { largestOf } from "./scores.ts";
import { hiddenPart } from "./stages.ts";

/** A map of digits: each at the two principal components of what the network's hidden layer says of it. */
export interface DigitMap {
  readonly components: Components;
  /** How many numbers the hidden layer has. */
  readonly width: number;
  /** Of each digit in turn x and y. */
  readonly points: Float32Array;
  /** Of each digit all that the hidden layer says. */
  readonly hidden: Float32Array;
}

/** Where a drawing is on a map. */
export interface MapPlace {
  readonly x: number;
  readonly y: number;
  /** The digits that are nearest to it in all dimensions, the nearest first. */
  readonly nearest: readonly { readonly index: number; readonly distance: number }[];
}

/** What one network read of a set. */
export interface Tested {
  readonly accuracy: number;
  /** [actual][predicted] */
  readonly confusion: ConfusionMatrix;
  /** Of each digit. */
  readonly predicted: Uint8Array;
  readonly confidence: Float32Array;
  readonly worst: readonly Mistake[];
}

const NEAREST = 8;
const WORST = 48;
const BATCH = 100;

export async function mapOf(network: Sequential, digits: DigitSet): Promise<DigitMap> {
  using hidden = await predictAsync(hiddenPart(network), digits, { batchSize: BATCH });
  const width = hidden.shape[1];
  const values = hidden.values.slice();
  const components = principalComponents(values, width, 2);
  const points = new Float32Array(2 * digits.size);
  for (let i = 0; i < digits.size; i++) {
    points.set(project(components, values.subarray(i * width, (i + 1) * width)), 2 * i);
  }
  return { components, width, points, hidden: values };
}

export function placeOn(map: DigitMap, network: Sequential, pixels: Uint8Array): MapPlace {
  const point = scope(() =>
    hiddenPart(network)
      .forward(inputOf([inkOf(pixels)]))
      .values.slice(),
  );
  const [x, y] = project(map.components, point);
  const { hidden, width } = map;
  const distances = Array.from({ length: hidden.length / width }, (_, index) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (hidden[index * width + i] - point[i]) ** 2;
    return { index, distance: Math.sqrt(sum) };
  });
  return { x, y, nearest: distances.sort((a, b) => a.distance - b.distance).slice(0, NEAREST) };
}

export async function testOn(
  network: Sequential,
  digits: DigitSet,
  { signal, onProgress }: { signal: AbortSignal; onProgress(done: number): void },
): Promise<Tested> {
  using logits = await predictAsync(network, digits, { batchSize: BATCH, signal, onProgress });
  return scope(() => {
    const { accuracy, confusion } = evaluationOf(logits, digits.labels);
    const probabilities = softmax(logits, -1).values;
    const classes = confusion.length;
    const predicted = new Uint8Array(digits.size);
    const confidence = new Float32Array(digits.size);
    for (let i = 0; i < digits.size; i++) {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      predicted[i] = largestOf(row);
      confidence[i] = row[predicted[i]];
    }
    return {
      accuracy,
      confusion,
      predicted,
      confidence,
      worst: worstMistakes(logits, digits.labels, { count: WORST }),
    };
  });
}
